/* What the program's own commands tell in JSON: one value on standard output, as those of the
 * table do. */
#ifndef MAIN_TOLD_H
#define MAIN_TOLD_H

#include "base/err.h"
#include "base/json.h"

void told_json(struct json *take);
void told_error(const struct err *err); /* as the API's error bodies are */

#endif
