module wirestamp.org/wirestamp

go 1.19
