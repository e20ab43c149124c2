module example.invalid/values

go 1.21
