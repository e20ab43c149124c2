package shape

type Box struct {
	Width, Height int
}

func (b Box) Area() int { return b.Width * b.Height }

func Square(side int) Box { return Box{Width: side, Height: side} }
