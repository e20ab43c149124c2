module example.invalid/missing-methods

go 1.21
