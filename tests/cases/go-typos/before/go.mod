module example.invalid/typos

go 1.21
