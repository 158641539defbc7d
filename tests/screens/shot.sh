# For tests/screenshots.sh, after tests/screens/lib.sh: the screen of the running program as files.
#   shot FOLDER NAME "Title": FOLDER/NAME.txt .ans .svg .png
# The .png needs rsvg-convert (librsvg2-bin) and a monospaced font (fonts-dejavu-core).

ans_svg=${ANS_SVG:-$build/tests/screens/ans_svg}

shot() {
	screen_settle || return 1
	mkdir -p "$1"
	screen_text_now | sed 's/[[:space:]]*$//' >"$1/$2.txt"
	screen_text_now -e >"$1/$2.ans"
	size=$(screen_tmux display-message -p -t t '#{pane_width} #{pane_height}')
	# shellcheck disable=SC2086 # two words
	"$ans_svg" $size "${3:-$2}" <"$1/$2.ans" >"$1/$2.svg" || return 1
	rsvg-convert -o "$1/$2.png" "$1/$2.svg"
}
