#include "console/spill.h"

#include <stdio.h>

void spill_begin(struct spill *s, const char *why, int64_t now)
{
	*s = (struct spill){ .until = now + SPILL_FIRST_MS };
	snprintf(s->why, sizeof(s->why), "%s", why);
}

static bool ends_a_line(uint32_t code)
{
	return code == K_ENTER || code == K_ESC || code == K_CTRL('c');
}

/* Keys of a line: Tab moves among panes where no text came before it. */
static bool is_of_a_line(const struct spill *s, const struct key *k)
{
	if (k->code == K_TAB || k->code < 0x20)
		return s->typed;
	return key_is_char(k) || k->code == K_BACKSPACE || k->code == K_PASTE;
}

bool spill_takes(struct spill *s, const struct key *k, int64_t now)
{
	bool open = s->until > 0 && now < s->until;

	if (open && ends_a_line(k->code)) {
		s->until = 0;
		return true;
	}
	if (!open || !is_of_a_line(s, k)) {
		s->until = 0;
		return false;
	}
	s->typed = true;
	s->until = now + SPILL_PAUSE_MS;
	return true;
}
