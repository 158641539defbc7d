/* The commands of a Slurm head, as functions of the queue: arguments in, text and exit code
 * out, in the words of Slurm 22.05. */
#ifndef AZSIM_QUEUE_COMMAND_H
#define AZSIM_QUEUE_COMMAND_H

#include "azsim/queue/queue.h"

struct gq_call {
	const struct strs *argv;
	const char *in; /* stdin, or the job script */
	size_t in_len;
	bool long_sets; /* SLURM_BITSTR_LEN=0 */
	struct buf *out, *errout;
};

#define GQ_NO_CONTACT "Unable to contact slurm controller (connect failure)"

/* Each returns the exit code. */
typedef int gq_command(struct gq *q, struct gq_call *c);
gq_command gq_squeue, gq_scontrol, gq_sinfo, gq_sbatch, gq_scancel;
/* The file that a command line of sbatch names; NULL: none. */
const char *gq_sbatch_script(const struct strs *argv, bool *wrapped);
int gq_no_contact(struct gq *q, struct gq_call *c, const char *program);

/* scontrol_show.c */
int gq_show(struct gq *q, struct gq_call *c, size_t at, bool one_line);

/* words.c: numbers as Slurm writes them */
void gq_add_int(struct buf *b, int64_t n);
void gq_add_mem(struct buf *b, int64_t mb, bool exact); /* "100M", "1.50G"; exact: "1536M" */
void gq_add_span(struct buf *b, int64_t secs,
		 bool padded); /* "30:00", "1-00:00:00"; "00:30:00" */
void gq_add_set(struct buf *b, const struct gq_tasks *t, bool whole); /* cut as Slurm cuts it */
int64_t gq_mem_of(const struct gq *q, const struct gq_spec *s, bool *per_cpu);
/* "12", "12_3", "12_[3,5-7]": into job id, and tasks when it names some (n 0 else). */
int gq_read_id(uint32_t *id, struct gq_tasks *tasks, const char *text);
/* Every record that the id names, split off its array where it names single tasks; at most max.
 */
size_t gq_named(struct gq *q, struct gq_job ***out, uint32_t id, const struct gq_tasks *tasks);

/* An option of a command line, as getopt_long sees it. */
struct gq_option {
	const char *name; /* "partition" */
	char letter;	  /* 0: none */
	bool value;
};
struct gq_words { /* a walk over arguments */
	const struct strs *argv;
	size_t at;
	const char *rest; /* letters behind "-ha" */
	bool only_operands;
};
/* The next option or operand: its option, or NULL for an operand (*value is it then). False at
 * the end. An unknown or incomplete one has *value NULL and *bad names it. */
bool gq_next_word(struct gq_words *w, const struct gq_option *options, size_t n,
		  const struct gq_option **opt, const char **value, const char **bad);

#endif
