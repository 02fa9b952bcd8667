/*
 * op: knows one line of a section: a change of rows, or of bytes, or the section's end.
 */
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "diff/patch/patch_internal.h"

static vv_status bad(vv_error *err, const char *what)
{
	return vv_fail(err, VV_EINPUT, "expected %s", what);
}

/* The patch's old side, as a side of the section. */
static int old_side(const patch_section *s)
{
	return s->reverse ? 1 : 0;
}

static vv_status get_row(uint64_t *out, const patch_section *s, int side, const vv_json *v,
			 vv_error *err)
{
	if (!v || v->type != VV_JSON_NUMBER || !vv_parse_u64(out, v->text, v->text_len) ||
	    *out == 0 || *out > s->side[side].rows) {
		return vv_fail(err, VV_EINPUT, "expected the number of a row, from 1 to %llu",
			       (unsigned long long)s->side[side].rows);
	}
	(*out)--;
	return VV_OK;
}

/* [old, new] */
static vv_status get_rows(patch_op *op, const patch_section *s, const vv_json *v, vv_error *err)
{
	vv_status rc;
	if (v->type != VV_JSON_ARRAY || v->count != 2) {
		return bad(err, "two numbers of rows");
	}
	int old = old_side(s);
	if ((rc = get_row(&op->row[old], s, old, v->first, err)) == VV_OK) {
		rc = get_row(&op->row[1 - old], s, 1 - old, v->first->next, err);
	}
	return rc;
}

static vv_status get_cells(vv_cell **out, size_t *count, size_t want, const vv_json *v,
			   vv_arena *arena, vv_error *err)
{
	if (!v || v->type != VV_JSON_ARRAY || v->count > want) {
		return vv_fail(err, VV_EINPUT, "expected an array of at most %zu cells", want);
	}
	*out = vv_arena_alloc(arena, (want + 1) * sizeof(**out));
	if (!*out) {
		return vv_fail_nomem(err);
	}
	size_t n = 0;
	for (const vv_json *e = v->first; e; e = e->next) {
		vv_status rc = patch_get_cell(&(*out)[n++], e, arena, err);
		if (rc < 0) {
			return rc;
		}
	}
	for (; n < want; n++) {
		(*out)[n] = (vv_cell){.state = VV_CELL_ABSENT};
	}
	*count = want;
	return VV_OK;
}

/* Cells that tell which row of the given side it is. */
static vv_status get_identity(vv_cell **out, size_t *count, const patch_section *s, int side,
			      const vv_json *v, vv_arena *arena, vv_error *err)
{
	size_t want = s->identity_count > 0 ? s->identity_count : s->side[side].schema.count;
	return get_cells(out, count, want, v, arena, err);
}

/* The pair that a name or number means; *from: where to look first. */
static vv_status get_pair(size_t *out, const patch_section *s, const vv_json *v, size_t *from,
			  vv_error *err)
{
	uint64_t n;
	if (v->type == VV_JSON_NUMBER && vv_parse_u64(&n, v->text, v->text_len) &&
	    n < s->pair_count) {
		*out = (size_t)n;
		return VV_OK;
	}
	for (size_t i = 0, at = *from; v->type == VV_JSON_STRING && i < s->pair_count; i++, at++) {
		at = at < s->pair_count ? at : 0;
		const char *label = s->pairs[at].label;
		if (label && strlen(label) == v->text_len &&
		    memcmp(label, v->text, v->text_len) == 0) {
			*out = at;
			*from = at + 1;
			return VV_OK;
		}
	}
	return bad(err, "the name of a column, or the number of its pair");
}

static vv_status get_changes(patch_op *op, const patch_section *s, const vv_json *v,
			     vv_arena *arena, vv_error *err)
{
	size_t from = 0;
	int old = old_side(s);
	vv_status rc;
	if (v->type != VV_JSON_ARRAY || v->count > s->pair_count) {
		return bad(err, "'cells': an array of changes");
	}
	op->cells = vv_arena_alloc(arena, (v->count + 1) * sizeof(*op->cells));
	if (!op->cells) {
		return vv_fail_nomem(err);
	}
	for (const vv_json *e = v->first; e; e = e->next) {
		patch_cell *c = &op->cells[op->cell_count];
		if (e->type != VV_JSON_ARRAY || e->count != 3) {
			return bad(err, "a change: [column, old cell, new cell]");
		}
		if ((rc = get_pair(&c->pair, s, e->first, &from, err)) < 0 ||
		    (rc = patch_get_cell(&c->side[old], e->first->next, arena, err)) < 0 ||
		    (rc = patch_get_cell(&c->side[1 - old], e->first->next->next, arena, err)) <
			    0) {
			return rc;
		}
		for (int i = 0; i < 2; i++) {
			if (s->pairs[c->pair].side[i] < 0 && c->side[i].state != VV_CELL_ABSENT) {
				return bad(err, "[] on the side that does not have the column");
			}
		}
		op->cell_count++;
	}
	return VV_OK;
}

/* change, and leave and arrive of a row that also changes */
static vv_status get_pair_op(patch_op *op, const patch_section *s, const vv_json *json,
			     vv_arena *arena, vv_error *err)
{
	const vv_json *cells = vv_json_get(json, "cells"), *form = vv_json_get(json, "form"),
		      *row = vv_json_get(json, "row");
	int old = old_side(s);
	vv_status rc = VV_OK;
	if (cells) {
		rc = get_changes(op, s, cells, arena, err);
	}
	if (rc == VV_OK && form) {
		if (form->type != VV_JSON_ARRAY || form->count != 2) {
			return bad(err, "'form': the line's old and new form");
		}
		op->has_form = true;
		if ((rc = patch_get_form(&op->form[old], form->first, arena, err)) == VV_OK) {
			rc = patch_get_form(&op->form[1 - old], form->first->next, arena, err);
		}
	}
	if (rc == VV_OK && (cells || form)) {
		rc = get_identity(&op->known, &op->known_count, s, old, row, arena, err);
	}
	return rc;
}

static vv_status get_run(patch_op *op, const patch_section *s, const vv_json *json, vv_arena *arena,
			 vv_error *err)
{
	op->count = 1;
	if (!vv_json_get(json, "count")) {
		return get_pair_op(op, s, json, arena, err);
	}
	if (!vv_json_get_u64(&op->count, json, "count") || op->count == 0 ||
	    op->count > s->side[0].rows - op->row[0] || op->count > s->side[1].rows - op->row[1]) {
		return bad(err, "'count': a number of rows that both sides have");
	}
	return VV_OK;
}

/* side: of the section, the one that has the row. */
static vv_status get_single_op(patch_op *op, const patch_section *s, int side, const vv_json *json,
			       vv_arena *arena, vv_error *err)
{
	const vv_json *after = vv_json_get(json, "after"), *form = vv_json_get(json, "form");
	size_t count;
	vv_status rc = get_row(&op->row[side], s, side, json->first, err);
	op->row[1 - side] = PATCH_NONE;
	if (rc == VV_OK) {
		rc = get_cells(&op->whole, &count, s->side[side].schema.count,
			       vv_json_get(json, "cells"), arena, err);
	}
	if (rc == VV_OK && form) {
		op->has_form = true;
		rc = patch_get_form(&op->form[side], form, arena, err);
	}
	op->has_after = after != NULL;
	op->after_top = after && after->type == VV_JSON_NULL;
	if (rc == VV_OK && after && !op->after_top) {
		rc = get_identity(&op->after, &op->after_count, s, 1 - side, after, arena, err);
	}
	return rc;
}

static vv_status get_row_op(patch_op *op, const patch_section *s, const vv_json *json,
			    vv_arena *arena, vv_error *err)
{
	const vv_json *v = json->first;
	const char *name = v->name;
	int old = old_side(s);
	bool removes = strcmp(name, "remove") == 0, leaves = strcmp(name, "leave") == 0;
	vv_status rc;
	if (removes || strcmp(name, "add") == 0) {
		int side = removes ? old : 1 - old;
		op->kind = side == 0 ? PATCH_REMOVE : PATCH_ADD;
		return s->side[side].exists ? get_single_op(op, s, side, json, arena, err)
					    : bad(err, "rows of the side that is there");
	}
	if (strcmp(name, "change") != 0 && !leaves && strcmp(name, "arrive") != 0) {
		return bad(err, "'change', 'remove', 'add', 'leave', 'arrive' or 'end' first");
	}
	if ((rc = get_rows(op, s, v, err)) < 0) {
		return rc;
	}
	if (strcmp(name, "change") == 0) {
		op->kind = PATCH_CHANGE;
		op->count = 1;
		return get_pair_op(op, s, json, arena, err);
	}
	op->kind = leaves != s->reverse ? PATCH_LEAVE : PATCH_ARRIVE;
	return get_run(op, s, json, arena, err);
}

static vv_status get_bytes_op(patch_op *op, const patch_section *s, const vv_json *json,
			      vv_arena *arena, vv_error *err)
{
	const vv_json *v = json->first;
	bool drops = strcmp(v->name, "drop") == 0;
	if (strcmp(v->name, "keep") == 0) {
		op->kind = PATCH_KEEP;
		return vv_json_get_u64(&op->count, json, "keep") && op->count <= s->side[0].bytes &&
				       op->count <= s->side[1].bytes
			       ? VV_OK
			       : bad(err, "'keep': a number of bytes that both sides have");
	}
	if (!drops && strcmp(v->name, "insert") != 0) {
		return bad(err, "'keep', 'drop', 'insert' or 'end'");
	}
	op->kind = drops != s->reverse ? PATCH_DROP : PATCH_INSERT;
	return patch_get_bytes(&op->bytes, &op->bytes_len, v, arena, err);
}

static vv_status get_end(const patch_lines *l, vv_error *err)
{
	vv_hash128 h = vv_xxh3_digest128(l->hash);
	char hex[33];
	const vv_json *end = vv_json_get(l->json, "end");
	const char *found = end && end->type == VV_JSON_OBJECT ? vv_json_get_string(end, "xxh3")
							       : NULL;
	snprintf(hex, sizeof(hex), "%016llx%016llx", (unsigned long long)h.hi,
		 (unsigned long long)h.lo);
	if (found && strcmp(found, hex) == 0) {
		return VV_OK;
	}
	vv_fail(err, VV_EINPUT,
		"expected the checksum of the lines above, %s: something was changed, or lines are missing",
		hex);
	return vv_hint(err, "get the patch again");
}

vv_status patch_op_read(patch_op *out, patch_lines *l, const patch_section *s, vv_error *err)
{
	vv_status rc;
	int more = patch_lines_next(l, err);
	memset(out, 0, sizeof(*out));
	if (more < 0) {
		return (vv_status)more;
	}
	if (more == 0) {
		patch_fail(l, err, "the patch ends here; expected more lines up to {\"end\":...}");
		return vv_hint(err, "it is not whole: get it again");
	}
	const vv_json *first = l->json->first;
	if (first && strcmp(first->name, "end") == 0) {
		out->kind = PATCH_END;
		return patch_at(l, get_end(l, err), err);
	}
	patch_lines_hash(l);
	if (!first) {
		return patch_fail(l, err, "expected a change or {\"end\":...}");
	}
	rc = s->is_table ? get_row_op(out, s, l->json, &l->arena, err)
			 : get_bytes_op(out, s, l->json, &l->arena, err);
	return patch_at(l, rc, err);
}
