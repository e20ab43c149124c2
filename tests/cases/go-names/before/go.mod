module example.invalid/names

go 1.21
