/* What the wizard's files share. */
#ifndef CONSOLE_WIZARD_PRIVATE_H
#define CONSOLE_WIZARD_PRIVATE_H

#include "console/wizard.h"

void wizard_send_not(struct wizard *w); /* F8 no longer waits for a check */
bool wizard_has_fix(const struct wizard_field *f);
void wizard_take_fix(struct wizard *w, struct wizard_field *f);
void wizard_to_step(struct wizard *w, size_t step, int64_t now);
void wizard_set_value(struct wizard *w, struct wizard_field *f, const char *value);

#endif
