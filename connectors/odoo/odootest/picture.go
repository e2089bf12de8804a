package odootest

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	_ "image/gif"  // what image fields
	_ "image/jpeg" // take
	"image/png"
	"strconv"
	"strings"
)

// picture makes a picture fit into its field, image_1920 say; what is no picture is refused there. Other binary fields
// take anything. A real server keeps the format and scales better; that it keeps other bytes is what matters here.
func picture(f *field, v any) (any, error) {
	text, _ := v.(string)
	after, ok := strings.CutPrefix(f.name, "image_")
	if text == "" || !ok {
		return v, nil
	}
	size, err := strconv.Atoi(after)
	if err != nil {
		return v, nil //nolint:nilerr // a field of another kind, whose name just begins like one
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, userError("This file could not be decoded as an image file.")
	}
	was, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, userError("This file could not be decoded as an image file.")
	}
	width, height := was.Bounds().Dx(), was.Bounds().Dy()
	if width <= size && height <= size {
		return v, nil
	}
	scale := min(float64(size)/float64(width), float64(size)/float64(height))
	is := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(width)*scale+.5)), max(1, int(float64(height)*scale+.5))))
	for y := range is.Rect.Dy() {
		for x := range is.Rect.Dx() {
			is.Set(x, y, color.RGBAModel.Convert(was.At(int(float64(x)/scale), int(float64(y)/scale))))
		}
	}
	var out bytes.Buffer
	err = png.Encode(&out, is)
	return base64.StdEncoding.EncodeToString(out.Bytes()), err
}
