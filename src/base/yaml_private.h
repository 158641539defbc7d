/* For the test of the caps: how much work a text could cause, told without a clock. */
#ifndef BASE_YAML_PRIVATE_H
#define BASE_YAML_PRIVATE_H

#include "base/yaml.h"

/* yaml_parse(), and the number of events that were taken from libyaml. */
struct yaml *yaml_parse_counted(const char *text, size_t len, size_t *events, struct err *err);

#endif
