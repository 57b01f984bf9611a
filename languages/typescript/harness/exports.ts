$solution
export {
$declared
};
$default
