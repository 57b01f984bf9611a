void [
$declared
];
// default: $default
