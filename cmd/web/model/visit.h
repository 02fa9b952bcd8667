/*
 * visit: one visit of a repository: its rights, its time limit, and the memory of its answers.
 *
 * All functions of this room have a visit as their first parameter, and their results are in the visit's arena until
 * vv_web_visit_end: nothing is cleared one by one. The room is independent of HTML and HTTP. Every function shows
 * only data reachable from a branch or tag (the owner's visits may see the work tree, too), and returns VV_ENOTFOUND
 * for the rest, as for missing data.
 *
 * Codes: VV_ENOTFOUND (no such version, dataset, row, column), VV_EMISSING (missing blocks; the hint names remotes
 * that have them), VV_EUSAGE (an invalid address), VV_EINPUT (not a table).
 *
 * Work ends when its time is over: the answer has the results so far, `complete` is false, and `next` is the place
 * to continue. A closed browser ends it with VV_EIO.
 *
 * A correct caller: vv_web_visit_begin; vv_web_commit_find; functions of commits.h, changes.h, datasets.h, table.h,
 * rows.h, values.h, compare.h, history.h; vv_web_visit_end.
 */
#ifndef VV_CMD_WEB_MODEL_VISIT_H
#define VV_CMD_WEB_MODEL_VISIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/cell.h"
#include "dataset/schema/field.h"
#include "lib/tables/dataset_reader.h"
#include "repo/blocks/cache.h"
#include "repo/git/repository.h"
#include "repo/known/reachable.h"

#define VV_WEB_CELL_MAX 2000u        /* default bytes of a cell in an answer */
#define VV_WEB_ANSWER_MAX (8u << 20) /* bytes of cells in one answer; then it ends, with `next` */
#define VV_WEB_MEMO_BYTES ((size_t)16 << 20)
#define VV_WEB_PAGE_ROWS 200u
#define VV_WEB_PAGE_ROWS_MAX 2000u /* the largest number that may be requested */

/* The number of items for a requested number; 0: not requested. */
static inline size_t vv_web_limit(size_t asked)
{
	return asked == 0                     ? VV_WEB_PAGE_ROWS
	       : asked < VV_WEB_PAGE_ROWS_MAX ? asked
					      : VV_WEB_PAGE_ROWS_MAX;
}

typedef struct vv_web_visit {
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_reachable *reach; /* NULL: the owner's visit, all is shown */
	bool work_tree;      /* may be shown: the revision VV_WEB_WORK names it */
	bool documents; /* tables of documents are shown, if readers may run: else no program is run */
	uint64_t until_ms;           /* on vv_monotonic_ms's clock */
	bool (*gone)(void *payload); /* did the browser disconnect? NULL: never */
	void *payload;
	/* what other visits found out (memo.h); NULL: nothing is remembered */
	vv_block_cache *memo;
	vv_arena arena;
	bool failed;              /* it ran out of memory: no answer is to be given */
	uint64_t held;            /* bytes of cells in the arena */
	struct vv_web_last *last; /* objects to close at the end */
} vv_web_visit;

/* May a program that reads or writes documents be run for this visitor? For the owner, as for commands; for others only if
 * the owner's settings allow it, since each visit may run one. */
bool vv_web_runs_readers(const vv_web_visit *v);

/* Opens the repository in that very folder, into a zeroed visit of which reach, work_tree, until_ms, gone,
 * payload and memo are set; all are borrowed. To be ended in every case. */
vv_status vv_web_visit_begin(vv_web_visit *v, const char *repository, const vv_env *env,
			     vv_error *err);
void vv_web_visit_end(vv_web_visit *v); /* accepts a zeroed one */
/* Frees all answers so far; the visit continues. */
void vv_web_visit_forget(vv_web_visit *v);

/* Calls fn(payload) at the visit's end, in reverse order of registration. */
vv_status vv_web_visit_last(vv_web_visit *v, void (*fn)(void *payload), void *payload,
			    vv_error *err);

/* Is the time over? VV_EIO if the browser has gone. */
vv_status vv_web_over(const vv_web_visit *v, bool *over, vv_error *err);

/* The kind of a cell, for different display. */
typedef enum vv_web_cell_kind {
	VV_WEB_VALUE,   /* text */
	VV_WEB_EMPTY,   /* no text at all: "" */
	VV_WEB_MISSING, /* text that the schema declares to mean missing: "NA" */
	VV_WEB_NULL,    /* JSON null */
	VV_WEB_ABSENT   /* the row ends before this column; a member that is not there */
} vv_web_cell_kind;

typedef struct vv_web_cell {
	vv_web_cell_kind kind;
	bool literal;     /* as JSON writes it, no text: a number, true, an array */
	const char *text; /* any bytes, not always UTF-8; never NULL */
	uint32_t len;     /* number of bytes in the answer */
	uint32_t whole;   /* bytes that it has: more than len if it was cut */
	uint32_t skipped; /* of these, bytes before text */
	uint32_t before,
		after; /* one side of a change: bytes of whole, at its beginning and its end, that the other has too */
} vv_web_cell;

/* Copies a text, which then lives as long as the visit. Never NULL: if memory runs out, the visit has failed. */
const char *vv_web_keep(vv_web_visit *v, const char *text, size_t len);
/* The same for a text that ends with NUL; NULL for NULL. */
const char *vv_web_keep_text(vv_web_visit *v, const char *text);
const char *vv_web_keep_buf(vv_web_visit *v, const vv_buf *b);
const char *vv_web_text(vv_web_visit *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A copy that lives as long as the visit, cut to max bytes (at a character's end). field may be NULL. */
void vv_web_cell_keep(vv_web_visit *v, vv_web_cell *out, const vv_field *field, const vv_cell *cell,
		      uint32_t max);
/* Copies of both sides of a change, cut to max bytes each so that they include the difference. */
void vv_web_cells_keep(vv_web_visit *v, vv_web_cell *old_out, vv_web_cell *new_out,
		       const vv_field *old_field, const vv_field *new_field,
		       const vv_cell *old_cell, const vv_cell *new_cell, uint32_t max);

#endif
