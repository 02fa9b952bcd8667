/*
 * items: what was found, as the writers see it. For this room alone.
 */
#ifndef VV_CMD_REPORT_ITEMS_H
#define VV_CMD_REPORT_ITEMS_H

#include "base/arena.h"
#include "base/buf.h"
#include "cmd/report/options.h"
#include "dataset/check/rules.h"

#define VV_REPORT_VALUE_MAX 240u /* bytes of a value or key that are kept */
#define VV_REPORT_PRINT_LEN 32u

/* A finding that is kept; borrowed until the next one is read. */
typedef struct vv_report_item {
	uint64_t line, row;
	const char *key, *value; /* NULL: none */
	size_t key_len, value_len;
	bool key_cut, value_cut; /* longer than what is kept */
	const char *message, *expected, *accepted;
	vv_severity severity;
	char print[VV_REPORT_PRINT_LEN +
		   1]; /* fingerprint: path, rule, column and key; not the line */
} vv_report_item;

/* Records one after the other: first those in the report's file, then those in memory. */
typedef struct vv_report_extent {
	uint64_t offset, len;
} vv_report_extent;
typedef struct vv_report_chain {
	vv_report_extent *extents;
	size_t count;
	vv_buf pending;
	vv_buf last[3]; /* texts of the finding before */
	bool has_last[3];
	bool listed;
	struct vv_report_chain *next; /* of the report */
} vv_report_chain;

/* The findings of one rule in one column (of one condition). */
typedef struct vv_report_group {
	const vv_rule *rule;
	const char *code, *column; /* column: NULL for rows and tables */
	const char *condition;     /* row-constraint: which; they are as different as columns */
	vv_severity severity;      /* the highest */
	uint64_t errors, warnings; /* that count */
	uint64_t known, accepted;  /* that do not */
	vv_report_chain items, numbers; /* numbers: of findings that are equal to one before */
	uint64_t number;                /* in its dataset */
	uint64_t kept;
	const char *message, *expected; /* of the first that is kept */
	bool one_message, one_expected; /* all that are kept say the same */
	struct vv_report_group *next;
} vv_report_group;

typedef struct vv_report_dataset {
	const char *path, *commit, *base;
	uint64_t rows, columns, groups, groups_read, ms;
	uint64_t errors, warnings, known, accepted;
	bool *looked_at; /* for each of vv_rules; NULL: not reported */
	vv_report_group *first, *last;
	struct vv_report_dataset *next;
} vv_report_dataset;

/* What happens while a report is written: reading back may fail, and so may giving it out. */
typedef struct vv_report_io {
	vv_status rc;
	vv_error err;
	vv_report_write_fn write; /* NULL: all stays in the buffer */
	void *payload;
} vv_report_io;

struct vv_check_report {
	vv_arena arena;
	vv_report_options options;
	vv_report_dataset *first, *last;
	vv_report_totals totals;
	const char *last_commit;
	uint64_t groups; /* of the dataset under way */
	vv_report_chain *chains;
	size_t pending;   /* bytes in memory */
	int fd;           /* -1: nothing is on disk */
	uint64_t spilled; /* bytes on disk */
	struct vv_sorter *prints;
	uint64_t arrived;
	vv_buf scratch;
	vv_report_io *io; /* while it is written */
};

/* Keeps a finding of the dataset under way. */
vv_status vv_report_keep(vv_check_report *r, vv_report_group *g, const vv_finding *f,
			 vv_error *err);
/* The dataset is complete: equal fingerprints get numbers. */
vv_status vv_report_number(vv_check_report *r, vv_error *err);
void vv_report_items_clear(vv_check_report *r);

/* The findings of a group, in order: NULL at the end, also after a failure (r->io). One that is left
 * before its end must be stopped. */
typedef struct vv_report_reader {
	const vv_report_chain *chain;
	size_t extent;
	uint64_t offset;
	vv_buf window;
	size_t at;
} vv_report_reader;
typedef struct vv_report_walk {
	const vv_check_report *r;
	vv_report_reader items, numbers;
	uint64_t place, number, number_place; /* number 0: the next one is not known */
	vv_buf texts[3];
	bool has_text[3];
	vv_report_item item;
} vv_report_walk;
const vv_report_item *vv_report_first(vv_report_walk *w, const vv_check_report *r,
				      const vv_report_group *g);
const vv_report_item *vv_report_next(vv_report_walk *w);
void vv_report_stop(vv_report_walk *w);

/* Gives out what a writer has put so far, where that is much. To be called between findings. */
void vv_report_drain(const vv_check_report *r, vv_buf *out);

/* How many findings of a group are reported but not listed. */
uint64_t vv_report_unlisted(const vv_report_group *g);
/* With so many errors and warnings: nothing at or above fail_on? */
bool vv_report_passes(const vv_check_report *r, uint64_t errors, uint64_t warnings);

#endif
