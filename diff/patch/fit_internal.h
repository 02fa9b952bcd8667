/*
 * fit_internal: fitting a patch onto another version of its table; patch_fit*.c only.
 */
#ifndef VV_DIFF_PATCH_FIT_INTERNAL_H
#define VV_DIFF_PATCH_FIT_INTERNAL_H

#include "diff/patch/patch_internal.h"

/* A line of the patch that has to find its place. */
typedef struct fit_change {
	patch_kind kind;       /* change, remove, add */
	uint64_t offset, line; /* in the patch */
	vv_hash128 id;         /* of the row changed, removed or added */
	vv_hash128 becomes;    /* change, where `rekeys`: what identifies the row then */
	bool rekeys;           /* a cell of the key changes */
	vv_hash128 after;      /* add: of the row above */
	bool top;              /* add: there is none */
	uint64_t after_offset, after_line; /* add: the line that says so; 0: none */
	uint64_t place;                    /* row of the old version: itself; add: the one below */
	uint64_t edit; /* where it fits: 2 * (row + 1), + 1 when behind it; 1: at the top */
	bool fits;
	size_t order;
} fit_change;

/* Rows of the target that a change may mean, by hash. */
typedef struct fit_row {
	uint64_t row;
	size_t next; /* + 1; 0: the last */
	bool used;
} fit_row;
typedef struct fit_id {
	vv_hash128 hash;
	size_t first, last; /* of its rows, + 1; 0: none */
	bool wanted;
} fit_id;
typedef struct fit_ids {
	fit_id *table; /* open addressing */
	size_t cap, count;
	fit_row *rows;
	size_t row_count, row_cap;
} fit_ids;
vv_status fit_ids_want(fit_ids *ids, vv_hash128 hash, vv_error *err);
fit_id *fit_ids_find(const fit_ids *ids, vv_hash128 hash); /* NULL: not wanted */
vv_status fit_ids_add(fit_ids *ids, fit_id *id, uint64_t row, vv_error *err);
/* The unused row of the hash that is nearest to `place`; NULL: none. */
fit_row *fit_ids_nearest(const fit_ids *ids, vv_hash128 hash, uint64_t place, bool unused);
void fit_ids_clear(fit_ids *ids);

typedef struct fit {
	patch_maker base; /* first */
	patch_job *job;
	const patch_section *section;
	patch_rows rows;

	/* columns */
	long *target_of; /* pair: column of the target; -1 */
	long *result_of; /* pair: column of the result; -1 */
	long *kept;      /* column of the result: of the target; -1 */
	size_t columns;  /* of the result */
	vv_root as;      /* how the result is read; borrows */
	const vv_schema *schema;
	bool new_form;    /* it is written as the patch's new version */
	bool over_new;    /* the target has the new columns already: the patch is a rest */
	size_t *known_by; /* pairs whose cells tell which row is which */
	size_t known_count;
	vv_cell *identity; /* of a row, being put together */
	vv_buf text;

	/* changes */
	fit_change *changes;
	size_t change_count, change_cap;
	fit_ids ids;
	uint64_t misfits, added, removed;

	/* making */
	patch_writer writer;
	vv_cell *cells;
	uint64_t at, made, total;
	size_t next;
	bool begun;
} fit;

/* fit_plan.c: how the patch's columns and form lie over the target's. VV_ECONFLICT
 * when they do not; told. */
vv_status fit_plan(fit *f, vv_error *err);
/* The identity hash of a row of the target, of cells as a line has them, of all cells of
 * a row of the patch's side that is there before. */
vv_hash128 fit_hash_target(fit *f, const vv_cell *cells);
vv_hash128 fit_hash_cells(fit *f, const vv_cell *cells);
vv_hash128 fit_hash_whole(fit *f, int side, const vv_cell *cells);
/* The same of the row that a line changes, and of the row above one that comes. */
vv_hash128 fit_hash_known(fit *f, const patch_op *op);
vv_hash128 fit_hash_after(fit *f, const patch_op *op);
/* What a changed row is known by once it is changed; false where that stays. Without a key: false. */
bool fit_hash_becomes(fit *f, const patch_op *op, vv_hash128 *out);
/* "row id=5"; "row 17" without key. place: of the patch's row, from 0. */
void fit_row_name(fit *f, vv_buf *out, const vv_cell *identity, uint64_t place);
/* The identity cells of the line's row, in f->identity. */
void fit_identity_of(fit *f, const patch_op *op);

/* fit_make.c */
vv_status fit_more(patch_maker *base, vv_buf *out, bool *end, vv_error *err);
vv_status fit_reject(fit *f, vv_error *err);

#endif
