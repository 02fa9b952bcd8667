/*
 * patch_read: reads a patch line by line and section by section.
 *
 * A caller calls patch_lines_open, then patch_section_read until it returns 0, then
 * patch_lines_close. For each section, it calls patch_op_read until PATCH_END, then
 * patch_section_clear.
 */
#ifndef VV_DIFF_MERGE_PATCH_READ_H
#define VV_DIFF_MERGE_PATCH_READ_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/json/json.h"
#include "dataset/schema/schema.h"
#include "dataset/table/root.h"
#include "diff/merge/patch.h"
#include "repo/blocks/cid.h"

#define PATCH_VERSION 1u /* version of the format */
/* The first line of a patch with PATCH_VERSION. */
#define PATCH_FIRST_LINE "{\"type\":\"diff\",\"format\":\"varve.diff/1\",\"patch\":1}"
#define PATCH_NONE UINT64_MAX              /* no row */
#define PATCH_LINE_MAX ((size_t)256 << 20) /* maximum number of bytes of a line */

/* A reader of the lines of a patch. */
typedef struct patch_lines {
	const vv_patch_source *source; /* borrowed */
	vv_buf buf;                    /* bytes read but not yet returned */
	size_t pos;                    /* position in buf */
	uint64_t buf_at;               /* offset of buf in the patch */
	bool ended;                    /* the source has no further bytes */
	uint64_t line;                 /* number of the last returned line, from 1 */
	uint64_t start;                /* offset of the last returned line */
	/* the last returned line, without its line end; borrowed until the next call */
	const char *text;
	size_t len;
	vv_xxh3_state *hash;   /* hash of the section's lines so far */
	vv_arena arena;        /* owns json */
	vv_json_rows *objects; /* the parser of lines */
	/* the last returned line, parsed: an object with only the members needed for applying;
	 * borrowed until the next call */
	vv_json *json;
	uint64_t sections; /* number of sections since the patch's first line */
	/* the first line of a patch was read, and its last line was not read yet */
	bool within;
} patch_lines;
/* Opens a reader. source must outlive it. The caller closes it, also after a failure. */
vv_status patch_lines_open(patch_lines *l, const vv_patch_source *source, vv_error *err);
void patch_lines_close(patch_lines *l);
/* Reads the next line as a JSON object, into l->text and l->json. The line is not added to the
 * hash. Returns 1, 0 at the end, or a negative vv_status: VV_EINPUT if the line is not a JSON
 * object or longer than PATCH_LINE_MAX. */
int patch_lines_next(patch_lines *l, vv_error *err);
/* Moves the reader to the line that begins at this offset and has this number, from 1. */
vv_status patch_lines_seek(patch_lines *l, uint64_t offset, uint64_t line, vv_error *err);
/* Sets err to VV_EINPUT with the message "<patch>, line N: ...", and returns VV_EINPUT. */
vv_status patch_fail(const patch_lines *l, vv_error *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* One side of a section: the old or the new version of the path. */
typedef struct patch_side {
	bool exists;   /* the path exists on this side; else the other members are not set */
	vv_cid cid;    /* CID of the version's root */
	vv_root root;  /* the version's root, changed to that of a table with 0 rows and bytes */
	uint64_t rows, /* number of rows of the version */
		bytes; /* number of bytes of the version */
	vv_schema schema;
} patch_side;

/* A pair of columns, like vv_column_pair. */
typedef struct patch_pair {
	long side[2]; /* index of the column on each side; -1: the side lacks the column */
} patch_pair;

/* The head of a section, before its rows. If the patch is reversed, the sides are exchanged: side 0
 * is always the version before the patch is applied. */
typedef struct patch_section {
	char *path[2];      /* path on each side; different only after a rename */
	patch_side side[2]; /* the versions */
	bool partial;       /* the section has only some of the changes between the two versions */
	bool reverse;       /* the patch is reversed */
	patch_pair *pairs;  /* all columns of both sides */
	size_t pair_count;
	/* indexes of the pairs that identify rows; count 0: all cells identify rows */
	size_t *identity;
	size_t identity_count;
	bool same_columns; /* column i is the same on both sides, with the same name */
	uint64_t start,    /* offset in the patch at which the section begins */
		line;      /* number of the line at which the section begins */
} patch_section;
void patch_section_clear(patch_section *s);

/* The kind of an operation. */
typedef enum patch_kind {
	PATCH_CHANGE, /* a changed row that did not move relative to its neighbours */
	PATCH_KEEP,   /* an unchanged row, below which rows are added or removed */
	PATCH_REMOVE, /* a removed row */
	PATCH_ADD,    /* an added row */
	PATCH_LEAVE,  /* the old position of rows that are moved */
	PATCH_ARRIVE, /* the new position of rows that are moved */
	PATCH_END     /* the end of the section */
} patch_kind;

/* An operation: a line of a section. Its texts are borrowed until the next line is read. */
typedef struct patch_op {
	patch_kind kind;
	/* the row's number on each side, from 0; PATCH_NONE: the side lacks the row */
	uint64_t row[2];
	uint64_t count; /* PATCH_LEAVE, PATCH_ARRIVE: number of rows */
	/* the row's line on each side; data NULL: the side lacks the row, or the row moved without
	 * other changes */
	vv_bytes line[2];
} patch_op;

/* Sets *out to the head of the next section. reverse: exchange the sides. Returns 1, and the caller
 * clears *out; 0 at the end of all patches of the source; or a negative vv_status, as
 * vv_patch_apply describes. */
int patch_section_read(patch_section *out, patch_lines *l, bool reverse, vv_error *err);
/* Moves the reader back to the section's first row. */
vv_status patch_section_again(patch_lines *l, const patch_section *s, vv_error *err);
/* Sets *out to the next operation of the section. At the end of the section, checks its hash, and
 * sets out->kind to PATCH_END. VV_EINPUT: the hash does not match, or a line is invalid or
 * missing. */
vv_status patch_op_read(patch_op *out, patch_lines *l, const patch_section *s, vv_error *err);

#endif
