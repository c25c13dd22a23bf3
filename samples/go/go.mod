module wirestamp.org/samples

go 1.19

require wirestamp.org/wirestamp v0.0.0

// As long as the module is not published: the one beside it.
replace wirestamp.org/wirestamp => ../../bindings/go
