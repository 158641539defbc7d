/* Why Azure would say no: the status, the code and the sentence of its error body. */
#ifndef AZSIM_WORLD_REFUSAL_H
#define AZSIM_WORLD_REFUSAL_H

struct az_refusal {
	int status; /* 0: nothing was refused */
	char code[80];
	char target[80];
	char message[560];
};

/* Both return -1. The first refusal stays: later ones would only be its consequences. */
int az_refuse(struct az_refusal *r, int status, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
int az_refuse_at(struct az_refusal *r, const char *target, int status, const char *code,
		 const char *fmt, ...) __attribute__((format(printf, 5, 6)));

#endif
