void [
$names
];
// default: $default
