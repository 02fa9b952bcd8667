/*
 * visit: a visit to a repository: one request, with the rights of the user, the time limit, and the
 * memory of the answers.
 *
 * The functions in cmd/web/model that read data have a visit as their first parameter. Their
 * results are in the visit's arena, are valid until vv_web_visit_end (or vv_web_visit_forget), and
 * need not be freed. The folder is independent of HTML and HTTP. For visitors, vv_web_commit_find
 * finds only versions that a branch or tag reaches, and returns VV_ENOTFOUND for others. The visit
 * of the owner, the user who runs `varve web`, shows everything.
 *
 * Errors: VV_ENOTFOUND (no such version, dataset, row or column), VV_EMISSING (missing blocks),
 * VV_EUSAGE (an invalid address), VV_EINPUT (not a table).
 *
 * If the time limit is reached, a function returns the results so far. `complete` is then false,
 * and `next` is the position at which the next request continues. The visit's `cut` is then set,
 * so that the answer is marked as a part, and is not cached. If the browser has disconnected,
 * the function returns VV_EIO.
 *
 * A correct caller: vv_web_visit_begin; vv_web_commit_find; functions of commits.h, changes.h,
 * datasets.h, table.h, rows.h, values.h, compare.h, history.h; vv_web_visit_end.
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

#define VV_WEB_CELL_MAX 2000u /* default limit for the bytes of a cell in an answer */
/* When the cells of an answer have this many bytes, the answer ends, and `next` is set. */
#define VV_WEB_ANSWER_MAX (8u << 20)
#define VV_WEB_MEMO_BYTES ((size_t)16 << 20) /* maximum number of bytes of cached answers */
#define VV_WEB_PAGE_ROWS 200u                /* default number of rows of a page */
#define VV_WEB_PAGE_ROWS_MAX 2000u           /* maximum number of rows that may be requested */

/* Returns the number of items to return if `asked` items were requested (0: no number was
 * requested). */
static inline size_t vv_web_limit(size_t asked)
{
	if (asked == 0) return VV_WEB_PAGE_ROWS;
	return asked < VV_WEB_PAGE_ROWS_MAX ? asked : VV_WEB_PAGE_ROWS_MAX;
}

/* A visit. */
typedef struct vv_web_visit {
	vv_repository *repo; /* owned, like reader */
	vv_dataset_reader *reader;
	vv_reachable *reach; /* NULL: the owner's visit, which shows everything */
	bool work_tree;      /* the work tree may be shown, as the revision VV_WEB_WORK */
	/* show the tables of documents, for which programs (readers) are run if vv_web_runs_readers
	 * allows it */
	bool documents;
	uint64_t until_ms; /* the time limit, on the clock of vv_monotonic_ms; 0: no limit */
	bool (*gone)(void *payload); /* returns true if the browser has disconnected; NULL: never */
	void *payload;               /* argument of gone */
	/* results of earlier visits (memo.h); NULL: results are not cached */
	vv_block_cache *memo;
	vv_arena arena;                 /* memory of the answers */
	bool failed;                    /* memory ran out: do not send an answer */
	bool cut;                       /* the time limit ended some work: the answer is a part */
	uint64_t held;                  /* bytes of cells in the arena */
	struct vv_web_last *last;       /* objects to close at the end */
	struct vv_web_signers *signers; /* signed heads, read once (signed.c); NULL: not yet */
} vv_web_visit;

/* Returns true if a program that reads or writes documents may be run for this visitor: for the
 * owner under the same rules as for commands; for others only if the owner's settings allow it,
 * since each visit may run a program. */
bool vv_web_runs_readers(const vv_web_visit *v);

/* Opens the repository at the path `repository`. Before this, the caller zeroes v, and may set the
 * members reach, work_tree, documents, until_ms, gone, payload and memo; they are borrowed. The
 * caller calls vv_web_visit_end, also on failure. */
vv_status vv_web_visit_begin(vv_web_visit *v, const char *repository, const vv_env *env,
			     vv_error *err);
void vv_web_visit_end(vv_web_visit *v); /* accepts a zeroed visit */
/* Frees all answers so far, and makes the registered calls. The visit continues. */
void vv_web_visit_forget(vv_web_visit *v);

/* Registers a call of fn(payload) for vv_web_visit_end or vv_web_visit_forget, whichever is first.
 * The calls are made in reverse order. If this fails, the call is not registered. */
vv_status vv_web_visit_last(vv_web_visit *v, void (*fn)(void *payload), void *payload,
			    vv_error *err);

/* Sets *over to true, and v->cut, if the time limit is reached. VV_EIO: the browser has disconnected. */
vv_status vv_web_over(vv_web_visit *v, bool *over, vv_error *err);

/* The kinds of cells, which are displayed differently. */
typedef enum vv_web_cell_kind {
	VV_WEB_VALUE,   /* text */
	VV_WEB_EMPTY,   /* empty text: "" */
	VV_WEB_MISSING, /* text that means "missing" according to the schema, such as "NA" */
	VV_WEB_NULL,    /* JSON null */
	/* the row ends before this column, or the JSON object does not have this member */
	VV_WEB_ABSENT
} vv_web_cell_kind;

/* A cell as pages show it. */
typedef struct vv_web_cell {
	vv_web_cell_kind kind;
	bool literal;     /* text is a JSON value that is not a string: a number, true, an array */
	const char *text; /* any bytes, not always UTF-8; never NULL */
	uint32_t len;     /* length of text in bytes */
	uint32_t whole;   /* length of the whole cell in bytes; more than len if text was cut */
	uint32_t skipped; /* number of bytes of the cell before text */
	/* for a cell of a changed row: number of bytes at the beginning and at the end of the cell
	 * that are equal in the old and the new cell */
	uint32_t before, after;
} vv_web_cell;

/* Returns a copy of len bytes of text, with a NUL, in the visit's arena. Never returns NULL: if
 * memory runs out, sets v->failed, and returns "". */
const char *vv_web_keep(vv_web_visit *v, const char *text, size_t len);
/* Like vv_web_keep, for a text that ends with a NUL. Returns NULL if text is NULL. */
const char *vv_web_keep_text(vv_web_visit *v, const char *text);
/* Like vv_web_keep, for the content of b. */
const char *vv_web_keep_buf(vv_web_visit *v, const vv_buf *b);
/* Returns a formatted text in the visit's arena. If memory runs out, as vv_web_keep. */
const char *vv_web_text(vv_web_visit *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Returns true if both cells look the same. If they were cut (len is less than whole), the rest may differ. */
bool vv_web_cell_same(const vv_web_cell *a, const vv_web_cell *b);
/* Sets *out to a copy of a cell in the visit's arena, cut to at most max bytes at the end of a
 * character. field: the cell's field, by which missing values are recognized; may be NULL. */
void vv_web_cell_keep(vv_web_visit *v, vv_web_cell *out, const vv_field *field, const vv_cell *cell,
		      uint32_t max);
/* Sets *old_out and *new_out to copies of an old and a new cell in the visit's arena, and sets
 * `before` and `after` of both. Cuts each copy to at most max bytes, so that it includes the
 * beginning of the difference. */
void vv_web_cells_keep(vv_web_visit *v, vv_web_cell *old_out, vv_web_cell *new_out,
		       const vv_field *old_field, const vv_field *new_field,
		       const vv_cell *old_cell, const vv_cell *new_cell, uint32_t max);

#endif
