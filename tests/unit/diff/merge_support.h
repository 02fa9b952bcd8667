/*
 * merge_support: merges three small tables, and has the result as text. For merge_test.c and
 * merge_tables.c.
 */
#ifndef VV_TESTS_UNIT_DIFF_MERGE_SUPPORT_H
#define VV_TESTS_UNIT_DIFF_MERGE_SUPPORT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import.h"
#include "dataset/table/import_options.h"
#include "dataset/table/table.h"
#include "dataset/table/verify.h"
#include "diff/merge/merge.h"

#define MERGE_KEY_MAX 4

/* One version: its bytes, and how to import them. text NULL: the version does not exist. */
typedef struct merge_input {
	const char *text;
	size_t len;
	/* if has_key is set: the declared key; {NULL}: the table has no key */
	const char *key[MERGE_KEY_MAX + 1];
	bool has_key;
	char delimiter; /* 0: ',' */
	bool json;      /* NDJSON; see also array */
	bool array;     /* a JSON array */
	bool no_quotes;
	/* "a:string b:number": types that replace those of the import; may be NULL */
	const char *types;
	const char *form; /* not NULL: the version has kind "file" */
	/* only in the first input: the decisions, "column.a:theirs key.:ours"; may be NULL */
	const char *take;
	/* only in the first input: the words of `merge -X`, separated by blanks, with "_" for a
	 * blank in a word; may be NULL */
	const char *rules;
	/* only in the first input: "ours:2:3", row 2 of base is row 3 of ours since an earlier merge; "ours:2:" is
	 * none; may be NULL */
	const char *moved;
	bool take_swapped; /* in take, rules and moved, ours means theirs, and theirs means ours */
} merge_input;

typedef struct merge_output {
	vv_buf bytes;     /* the result */
	vv_buf conflicts; /* a line for each conflict: kind key column base ours theirs */
	vv_buf key;       /* the names of the key's columns, separated by '+' */
	vv_buf types;     /* "id:integer a:string" */
	vv_cid cid;
	vv_merge_stats stats;
} merge_output;

static inline void merge_output_clear(merge_output *o)
{
	vv_buf_clear(&o->bytes);
	vv_buf_clear(&o->conflicts);
	vv_buf_clear(&o->key);
	vv_buf_clear(&o->types);
}

/* Changes the types of a table, as `varve schema` does, and sets *cid to the new version. */
static inline vv_status merge_retype(vv_table *t, const vv_sink *sink, const char *types,
				     vv_cid *cid, vv_error *err)
{
	vv_buf schema = VV_BUF_INIT;
	vv_new_field fields[64];
	vv_status rc = VV_OK;
	for (size_t i = 0; i < t->columns && i < 64; i++) {
		const vv_field *f = &t->schema.fields[i];
		char word[64];
		const char *p = types;
		fields[i] = (vv_new_field){
			.name = f->name, .name_len = f->name_len, .type = f->type};
		while (p && *p) {
			size_t n = strcspn(p, " "), colon = strcspn(p, ":");
			if (colon == f->name_len && memcmp(p, f->name, colon) == 0 &&
			    n - colon - 1 < sizeof(word)) {
				memcpy(word, p + colon + 1, n - colon - 1);
				word[n - colon - 1] = '\0';
				if (!vv_type_parse(&fields[i].type, word)) {
					return vv_fail(err, VV_EUSAGE, "no type %s", word);
				}
			}
			p += n + (p[n] == ' ');
		}
	}
	if ((rc = vv_schema_make(&schema, fields, t->columns, err)) == VV_OK) {
		rc = vv_table_reschema(cid, t, sink, schema.data, schema.len, NULL, VV_KEY_NONE,
				       NULL, err);
	}
	vv_buf_clear(&schema);
	return rc;
}

static inline vv_status merge_import(vv_table *out, const merge_input *in, const vv_table *parent,
				     const vv_sink *sink, vv_error *err)
{
	vv_import_result r;
	vv_source source;
	vv_mem_source storage;
	vv_cid cid;
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT,
			       .parent = parent ? &parent->root : NULL,
			       .key = in->has_key ? in->key : NULL,
			       .key_source = VV_KEY_DECLARED,
			       .kind = in->form ? VV_KIND_FILE : VV_KIND_TABLE};
	o.hints.has_form = true;
	o.hints.form = in->json ? VV_FORM_NDJSON : in->array ? VV_FORM_JSON : VV_FORM_CSV;
	if (o.hints.form == VV_FORM_CSV) {
		o.hints.delimiter = in->delimiter ? in->delimiter : ',';
		o.hints.quote = in->no_quotes ? 0 : '"';
		o.hints.header = 1;
	}
	vv_source_mem(&source, &storage, in->text, in->len,
		      in->json    ? "t.ndjson"
		      : in->array ? "t.json"
				  : "t.csv");
	vv_status rc = vv_import(&r, &source, sink, &o, err);
	if (rc < 0) return rc;
	cid = r.cid;
	vv_import_result_clear(&r);
	rc = vv_table_open(out, sink, &cid, err);
	if (rc == VV_OK && in->types) {
		rc = merge_retype(out, sink, in->types, &cid, err);
		vv_table_close(out);
		rc = rc < 0 ? rc : vv_table_open(out, sink, &cid, err);
	}
	return rc;
}

static const char *const merge_kinds[] = {
	"cell",      "row-added",      "row-removed", "row-twice", "row-replaced",
	"key-twice", "column-removed", "column",      "key",       "above",
	"below",     "around",         "table"};

#define MERGE_TAKES 4
/* Reads decisions from text (see merge_input.take) into out, and returns their number. The names
 * point into room. */
static inline size_t merge_takes(vv_merge_decision out[MERGE_TAKES], char room[256],
				 const char *text, bool swapped)
{
	static const char *const versions[] = {"base", "ours", "theirs"};
	size_t n = 0;
	snprintf(room, 256, "%s", text ? text : "");
	for (char *p = strtok(room, " "); p && n < MERGE_TAKES; p = strtok(NULL, " ")) {
		char *dot = strchr(p, '.'), *colon = dot ? strrchr(dot, ':') : NULL;
		if (!colon) {
			break;
		}
		*dot = *colon = '\0';
		out[n] = (vv_merge_decision){.column = dot[1] ? dot + 1 : NULL};
		for (size_t i = 0; i < sizeof(merge_kinds) / sizeof(merge_kinds[0]); i++) {
			out[n].kind = strcmp(merge_kinds[i], p) == 0 ? (vv_conflict_kind)i
								     : out[n].kind;
		}
		for (size_t i = 0; i < 3; i++) {
			if (strcmp(versions[i], colon + 1) == 0) {
				out[n].take = (vv_merge_take)(swapped && i > 0 ? 3 - i : i);
			}
		}
		n++;
	}
	return n;
}

/* Reads the rules of in->rules, such as "max:a keep". */
static inline vv_status merge_read_rules(vv_merge_rules *out, const merge_input *in, vv_error *err)
{
	char room[512];
	vv_status rc = VV_OK;
	snprintf(room, sizeof(room), "%s", in->rules ? in->rules : "");
	for (char *p = strtok(room, " "); p && rc == VV_OK; p = strtok(NULL, " ")) {
		for (char *q = p; *q; q++) {
			*q = *q == '_' ? ' ' : *q;
		}
		if (strcmp(p, "keep") == 0 || strcmp(p, "delete") == 0) {
			out->rows = *p == 'k' ? VV_MERGE_ROWS_KEEP : VV_MERGE_ROWS_DELETE;
		} else {
			rc = vv_merge_rules_put(out, p, err);
		}
	}
	if (in->take_swapped) {
		vv_merge_rules_swap(out);
	}
	return rc;
}

static inline void merge_put_cell(vv_buf *out, const vv_cell *c)
{
	vv_buf_putc(out, ' ');
	if (!c) {
		vv_buf_putc(out, '-');
	} else if (c->state == VV_CELL_ABSENT) {
		vv_buf_putc(out, '~');
	} else if (c->state == VV_CELL_NULL) {
		vv_buf_puts(out, "null");
	} else if (c->len == 0) {
		vv_buf_puts(out, "''");
	} else {
		vv_buf_put(out, c->text, c->len);
	}
}

/* The payload of a merge's functions. */
typedef struct merge_notes {
	vv_buf *conflicts;
	const merge_input *in;
} merge_notes;

static inline vv_status merge_moved(void *payload, const char *const *key VV_UNUSED,
				    const char *const *keys VV_UNUSED, size_t count VV_UNUSED,
				    vv_merge_moves *out, vv_error *err)
{
	const merge_input *in = ((const merge_notes *)payload)->in;
	char side[8] = "", from[8] = "", to[8] = "";
	vv_merge_move m = {.key = NULL};

	if (!in->moved) return VV_OK;
	const int fields = sscanf(in->moved, "%7[^:]:%7[^:]:%7s", side, from, to);
	m.ours = (strcmp(side, "ours") == 0) != in->take_swapped;
	m.key = vv_arena_printf(&out->arena, "[\"%s\"]", from);
	m.to = fields > 2 ? vv_arena_printf(&out->arena, "[\"%s\"]", to) : NULL;
	return m.key && vv_array_add(out->list, out->count, out->cap, m) ? VV_OK
									 : vv_fail_nomem(err);
}

static inline vv_status merge_note(void *payload, const vv_conflict *c, vv_error *err)
{
	vv_buf *out = ((merge_notes *)payload)->conflicts;
	vv_buf_puts(out, merge_kinds[c->kind]);
	vv_buf_printf(out, " %s %s", c->key ? c->key : "-", c->column ? c->column : "-");
	merge_put_cell(out, c->base);
	merge_put_cell(out, c->ours);
	merge_put_cell(out, c->theirs);
	vv_buf_putc(out, '\n');
	return vv_buf_ok(out, err);
}

static inline vv_status merge_gather(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

/* Checks the result of a merge as fsck does, and reads it into *out. */
static inline vv_status merge_read(merge_output *out, const vv_import_result *r,
				   const vv_sink *sink, vv_error *err)
{
	vv_table t;
	vv_status rc = vv_table_open(&t, sink, &r->cid, err);
	if (rc < 0) return rc;
	out->cid = r->cid;
	if (t.root.kind == VV_KIND_TABLE) {
		rc = vv_table_check(&t, NULL, NULL, err);
	}
	if (rc == VV_OK) {
		rc = vv_table_bytes(&t, merge_gather, &out->bytes, NULL, NULL, err);
	}
	for (size_t i = 0; i < t.root.key_count; i++) {
		vv_buf_printf(&out->key, "%s%s", i > 0 ? "+" : "", t.root.key[i]);
	}
	for (size_t i = 0; i < t.columns; i++) {
		vv_buf_printf(&out->types, "%s%s:%s", i > 0 ? " " : "", t.schema.fields[i].name,
			      vv_type_name(t.schema.fields[i].type));
	}
	vv_table_close(&t);
	return rc;
}

/* Merges the three versions base, ours and theirs, in this order in `in`, and sets *out, which the
 * caller clears with merge_output_clear. ids: the commit ids of ours and theirs, or NULL. key: as
 * in vv_merge_options. */
static inline vv_status merge_three(merge_output *out, const merge_input in[3],
				    const char *const ids[2], const vv_sink *sink,
				    const char *const *key, vv_error *err)
{
	vv_table t[3] = {0};
	vv_import_result r;
	vv_merge_decision takes[MERGE_TAKES];
	char room[256];
	merge_notes notes = {&out->conflicts, &in[0]};
	vv_merge_options o = {.key = key,
			      .conflict = merge_note,
			      .moves = merge_moved,
			      .payload = &notes,
			      .decisions = takes};
	vv_status rc = VV_OK;
	vv_auto(vv_merge_rules) rules = {0};
	memset(out, 0, sizeof(*out));
	o.rules = &rules;
	if ((rc = merge_read_rules(&rules, &in[0], err)) < 0) return rc;
	o.decision_count = merge_takes(takes, room, in[0].take, in[0].take_swapped);
	o.ours_id = ids ? ids[0] : NULL;
	o.theirs_id = ids ? ids[1] : NULL;
	for (size_t i = 0; i < 3 && rc == VV_OK; i++) {
		if (in[i].text) {
			rc = merge_import(&t[i], &in[i], i > 0 && in[0].text ? &t[0] : NULL, sink,
					  err);
		}
	}
	if (rc == VV_OK && (rc = vv_merge_tables(&r, &out->stats, in[0].text ? &t[0] : NULL, &t[1],
						 &t[2], sink, &o, err)) == VV_OK) {
		rc = merge_read(out, &r, sink, err);
		vv_import_result_clear(&r);
	}
	for (size_t i = 0; i < 3; i++) {
		if (t[i].source.get) {
			vv_table_close(&t[i]);
		}
	}
	return rc;
}

#endif
