$solution
export {
$names
};
$default
