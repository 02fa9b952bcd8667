/*
 * patch_read: reads a patch line by line and section by section. A correct caller:
 * patch_lines_open; patch_section_read until it returns 0; after each section's head, patch_op_read
 * until PATCH_END; patch_lines_close.
 */
#ifndef VV_DIFF_MERGE_PATCH_READ_H
#define VV_DIFF_MERGE_PATCH_READ_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/json/json.h"
#include "dataset/table/table.h"
#include "diff/merge/patch.h"

#define PATCH_VERSION 1u
#define PATCH_FIRST_LINE                                                                           \
	"{\"type\":\"diff\",\"format\":\"varve.diff/1\",\"patch\":1}" /* with that version */
#define PATCH_NONE UINT64_MAX
#define PATCH_LINE_MAX ((size_t)256 << 20)

typedef struct patch_lines {
	const vv_patch_source *source;
	vv_buf buf;      /* bytes read but not yet returned */
	size_t pos;      /* position in buf */
	uint64_t buf_at; /* buf's offset in the patch */
	bool ended;
	uint64_t line;    /* number of the last returned line, from 1 */
	uint64_t start;   /* offset of this line */
	const char *text; /* this line without its line end; borrowed until the next call */
	size_t len;
	vv_xxh3_state *hash; /* of the section's lines */
	vv_arena arena;      /* owns json */
	vv_json_rows *objects;
	vv_json *json;     /* this line, parsed: an object with the members that applying needs */
	uint64_t sections; /* number of sections since the patch's first line */
	bool within;       /* between the first and last line of a patch */
} patch_lines;
vv_status patch_lines_open(patch_lines *l, const vv_patch_source *source, vv_error *err);
void patch_lines_close(patch_lines *l);
/* Reads the next line as a JSON object, without adding it to the hash. Returns 1; 0 at the end;
 * negative on failure. */
int patch_lines_next(patch_lines *l, vv_error *err);
vv_status patch_lines_seek(patch_lines *l, uint64_t offset, uint64_t line,
			   vv_error *err); /* line: number of the next line */
/* Returns VV_EINPUT with a message "<patch>, line N: ...". */
vv_status patch_fail(const patch_lines *l, vv_error *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* One side of a section. */
typedef struct patch_side {
	bool exists;
	vv_cid cid;
	vv_root root; /* root without rows; `rows` and `bytes` are those of the version */
	uint64_t rows, bytes;
	vv_schema schema;
} patch_side;

/* A pair of columns, like vv_column_pair; -1: the side lacks the column. */
typedef struct patch_pair {
	long side[2];
} patch_pair;

/* The head of a section, before its rows. If the patch is reversed, the sides are exchanged: side 0
 * is always the one before applying. */
typedef struct patch_section {
	char *path[2]; /* path of each side; equal unless renamed */
	patch_side side[2];
	bool partial; /* has only some of the changes from one version to the other */
	bool reverse;
	patch_pair *pairs;
	size_t pair_count;
	/* indexes of pairs that identify rows; count 0: all cells identify rows */
	size_t *identity;
	size_t identity_count;
	bool same_columns;    /* column i of both sides is the same column, with the same name */
	uint64_t start, line; /* offset and line of the section's begin in the patch */
} patch_section;
void patch_section_clear(patch_section *s);

typedef enum patch_kind {
	PATCH_CHANGE, /* a changed row that did not move relative to its neighbours */
	PATCH_KEEP,   /* an unchanged row, below which rows are added or removed */
	PATCH_REMOVE,
	PATCH_ADD,
	PATCH_LEAVE,  /* rows move away ... */
	PATCH_ARRIVE, /* ... and are inserted here */
	PATCH_END
} patch_kind;

/* A line of a section. Its texts are borrowed until the next line is read. */
typedef struct patch_op {
	patch_kind kind;
	uint64_t row[2]; /* from 0; PATCH_NONE: no such row */
	uint64_t count;  /* for PATCH_LEAVE and PATCH_ARRIVE */
	/* the row's line on each side; data NULL: no such row, or its spelling did not change */
	vv_bytes line[2];
} patch_op;

/* Reads the next section's head. Returns 1; 0 at the end of the patch; negative on failure. */
int patch_section_read(patch_section *out, patch_lines *l, bool reverse, vv_error *err);
/* Moves the reader back to the section's first row. */
vv_status patch_section_again(patch_lines *l, const patch_section *s, vv_error *err);
/* Reads the section's next line. At its end, checks the section's hash, and sets the kind to
 * PATCH_END once. */
vv_status patch_op_read(patch_op *out, patch_lines *l, const patch_section *s, vv_error *err);

#endif
