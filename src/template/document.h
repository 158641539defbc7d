/* A template as its known keys fill it: what template_parse, _check and _expand share. */
#ifndef TEMPLATE_DOCUMENT_H
#define TEMPLATE_DOCUMENT_H

#include "template/read.h"

struct document {
	char *title, *description;
	struct template_param *params;
	size_t n_params;
	struct cluster_spec spec;
};

void document_init(struct document *d);
void document_clear(struct document *d);
void document_read(struct document *d, struct reading *r, const struct yaml *tree);
void params_read(struct document *d, struct reading *r,
		 const struct yaml *tree); /* nothing but the parameters */
void params_clear(struct template_param *v, size_t n);

/* What single keys cannot tell: references, ranges that contradict each other. */
void document_judge(struct document *d, struct template_problems *out, const struct template *t,
		    const struct map *used);

#endif
