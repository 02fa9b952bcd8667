/*
 * explain: the columns that each rule of a plan reads, and the groups with kept results.
 */
#include <string.h>

#include "base/array.h"
#include "base/hint_text.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/rules/check.h"
#include "check/rules/keys.h"
#include "check/rules/table_internal.h"

const char *vv_check_why(vv_error *why, const char *path, vv_hint_words_fn words)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const char *args[VV_HINT_ARGS];

	const bool is_type = why->hint_id == VV_HINT_SCHEMA_TYPE ||
			     why->hint_id == VV_HINT_SCHEMA_TYPE_NUMBER;
	const bool is_near = why->hint_id == VV_HINT_WORDS &&
			     strncmp(why->hint, "did you mean ", 13) == 0;

	if (!(is_type && path) && !is_near) return why->message;
	vv_hint_args(why, args);
	vv_buf_puts(&text, why->message);
	if (is_near) {
		vv_buf_printf(&text, "; %s", why->hint);
	} else {
		vv_hint_put(&text, "; ", words, why->hint_id, args[0], args[1], path);
	}
	if (!text.failed) {
		vv_fail(why, VV_EINPUT, "%s", vv_buf_cstr(&text));
	}
	return why->message;
}

void vv_check_put_fields(vv_buf *out, const char *side, const vv_schema *s, const size_t *places,
			 size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const vv_field *f = &s->fields[places[i]];

		vv_buf_printf(out, "%s%s", out->len > 0 ? ", " : "", side);
		vv_buf_put(out, f->name, f->name_len);
	}
}

vv_status check_explain_give(const check_run *r, vv_check_explained *e, const vv_buf *reads,
			     vv_error *err)
{
	vv_status rc = vv_buf_ok(reads, err);

	e->groups = r->group_count;
	e->reads = vv_buf_cstr(reads);
	return rc < 0 ? rc : r->o->explain(r->o->explain_payload, e, err);
}

static uint64_t known_groups(const check_run *r)
{
	uint64_t n = 0;

	vv_array_each(r->groups, r->group_count, group) {
		n += group->known != 0;
	}
	return n;
}

/* Has the slot anything to look for in its column? */
static bool is_used(const check_plan *p, const check_slot *s)
{
	const check_column *c = &p->columns[s->column];

	return strcmp(s->rule->code, "constraint-error") != 0 || c->required || c->has_bounds ||
	       !c->spare;
}

/* One rule about cells, in all columns that it looks at. */
static vv_status give_cells(check_run *r, const vv_rule *rule, uint64_t known, vv_error *err)
{
	const check_plan *p = &r->plan;
	vv_auto(vv_buf) reads = VV_BUF_INIT;
	vv_check_explained e = {.rule = rule->code, .scope = "row", .kept = known};
	size_t count = 0;

	for (size_t i = 0; i < p->slot_count; i++) {
		const check_slot *s = &p->slots[i];

		if (s->rule == rule && s->column != SIZE_MAX && is_used(p, s)) {
			vv_buf_puts(&reads, count++ > 0 ? ", " : "");
			vv_buf_puts(&reads, p->columns[s->column].name);
		}
	}
	if (count == 0) return VV_OK;
	if (count == p->count) {
		vv_buf_reset(&reads);
		vv_buf_puts(&reads, "all columns");
	}
	return check_explain_give(r, &e, &reads, err);
}

static vv_status give_conditions(check_run *r, uint64_t known, vv_error *err)
{
	const check_plan *p = &r->plan;
	vv_status rc;

	for (size_t i = 0; i < p->condition_count; i++) {
		const check_condition *c = &p->conditions[i];
		vv_auto(vv_buf) reads = VV_BUF_INIT;
		vv_check_explained e = {
			.rule = c->text, .name = c->title, .scope = "row", .kept = known};

		for (bool more = true; more;
		     i += more) { /* one line may be about several columns */
			size_t count;
			const size_t *columns = vv_condition_columns(p->conditions[i].compiled,
								     &count);

			vv_check_put_fields(&reads, "", p->schema, columns, count);
			more = c->column && i + 1 < p->condition_count &&
			       p->conditions[i + 1].text == c->text;
		}
		if ((rc = check_explain_give(r, &e, &reads, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status give_keys(check_run *r, vv_error *err)
{
	const check_plan *p = &r->plan;
	vv_status rc;

	for (size_t k = 0; k < p->key_count; k++) {
		const check_key *key = &p->keys[k];
		vv_auto(vv_buf) reads = VV_BUF_INIT;
		vv_check_explained e = {.rule = key->text ? key->text : key->rule->code,
					.name = key->title == key->text ? NULL : key->title,
					.scope = "table"};

		vv_buf_puts(&reads, key->kind == CHECK_ROW ? "all columns" : key->names);
		if (key->of.where) {
			size_t count;
			const size_t *columns = vv_condition_columns(key->of.where, &count);

			vv_check_put_fields(&reads, "", p->schema, columns, count);
		}
		for (size_t i = 0; i < r->group_count; i++) {
			e.kept += !check_keys_wants(r, k, i);
		}
		if ((rc = check_explain_give(r, &e, &reads, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status give_foreigns(check_run *r, vv_error *err)
{
	const check_plan *p = &r->plan;
	vv_status rc = VV_OK;

	for (size_t k = 0; k < p->foreign_count && rc == VV_OK; k++) {
		const check_foreign *f = &p->foreigns[k];
		vv_auto(vv_buf) reads = VV_BUF_INIT;
		vv_auto(check_memo) memo = {.tail = NULL};
		vv_check_explained e = {.rule = f->title ? f->title : "foreign-key",
					.scope = "table"};

		vv_buf_printf(&reads, "%s; %s of %s", f->names, f->target_names,
			      *f->resource ? f->resource : "this table");
		rc = check_memo_open(&memo, r->o->cache, "refs", f->id, err);
		for (size_t i = 0; i < r->group_count && rc == VV_OK; i++) {
			e.kept += check_memo_find(&memo, r->groups[i].name, r->groups[i].rows) !=
				  NULL;
		}
		rc = rc < 0 ? rc : check_explain_give(r, &e, &reads, err);
	}
	return rc;
}

/* Rules that cannot be checked here, and why. */
static vv_status give_unread(check_run *r, vv_error *err)
{
	vv_status rc;

	for (const check_note *n = r->plan.notes; n; n = n->next) {
		if (n->unread && n->expected) {
			if ((rc = check_explain_unread(r, n->expected, n->name, n->message, err)) <
			    0) {
				return rc;
			}
		}
	}
	return VV_OK;
}

vv_status check_explain_unread(check_run *r, const char *rule, const char *name, const char *why,
			       vv_error *err)
{
	vv_auto(char) *reads = vv_asprintf("nothing: %s", why);
	const vv_check_explained e = {.rule = rule, .name = name, .scope = "none", .reads = reads};
	vv_status rc = vv_alloc_ok(reads, err);
	return rc < 0 ? rc : r->o->explain(r->o->explain_payload, &e, err);
}

vv_status check_explain(check_run *r, vv_error *err)
{
	const uint64_t known = known_groups(r);
	vv_status rc = VV_OK;

	for (const vv_rule *rule = vv_rules; rule->code && rc == VV_OK; rule++) {
		rc = give_cells(r, rule, known, err);
	}
	if (rc < 0 || (rc = give_conditions(r, known, err)) < 0 || (rc = give_keys(r, err)) < 0 ||
	    (rc = give_foreigns(r, err)) < 0) {
		return rc;
	}
	return give_unread(r, err);
}
