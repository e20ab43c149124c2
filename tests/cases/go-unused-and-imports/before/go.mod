module example.invalid/unused-and-imports

go 1.21
