/*
 * owner: how two descriptions of one table are laid over each other, and which settings differ between two.
 */
#include "lib/check/owner.h"

#include <string.h>

#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/declared.h"

#define SHOWN 60u /* bytes of a value in a line */

vv_status vv_check_rules_text(vv_buf *out, bool *has, const char *name,
			      const vv_check_input_options *look, vv_error *err)
{
	const vv_status rc = vv_check_read_beside((void *)(uintptr_t)look, name, out, err);

	if (has) {
		*has = rc == VV_OK;
	}
	return vv_missing_ok(rc, err);
}

vv_status vv_check_owner_read(vv_check_owner *out, vv_repository *r, const vv_oid *commit,
			      const char *name, const vv_buf *text, vv_error *err)
{
	vv_check_input_options look = {.repo = r, .side = &out->side};
	bool has = text != NULL, has_checks = false;
	vv_status rc = VV_OK;

	*out = (vv_check_owner){.has_side = commit != NULL};
	if (commit && (rc = vv_diff_side_commit(&out->side, r, commit, name, err)) < 0) return rc;
	if (text) {
		vv_buf_put(&out->text, text->data, text->len);
	} else if (commit &&
		   ((rc = vv_check_rules_text(&out->text, &has, VV_RULES_NAME, &look, err)) < 0 ||
		    (rc = vv_check_rules_text(&out->checks, &has_checks, VV_CHECKS_NAME, &look,
					      err)) < 0)) {
		return rc;
	}
	if ((rc = vv_buf_ok(&out->text, err)) < 0) return rc;
	if (has) {
		rc = vv_rules_file_read(&out->rules, vv_buf_cstr(&out->text), out->text.len,
					text ? "the rules of the repository" : VV_RULES_NAME, err);
	}
	if (rc == VV_OK && has_checks) {
		rc = vv_rules_file_add(&out->rules, vv_buf_cstr(&out->checks), out->checks.len,
				       VV_CHECKS_NAME, err);
	}
	return rc < 0 && commit && !text ? vv_prefix(err, "%s", out->side.name) : rc;
}

void vv_check_owner_clear(vv_check_owner *o)
{
	vv_buf_clear_all(&o->text, &o->checks);
	vv_rules_file_free(o->rules);
	vv_diff_side_clear(&o->side);
	*o = (vv_check_owner){.has_side = false};
}

/* ---- the applicable schema ---- */

static const vv_json *find_field(const vv_json *schema, const char *name)
{
	return name ? vv_json_find(vv_json_get(schema, "fields"), f,
				   vv_text_same(vv_json_get_string(f, "name"), name))
		    : NULL;
}

static void put_item(vv_buf *out, const vv_json *item, bool *any)
{
	vv_buf_puts(out, *any ? "," : "");
	*any = true;
	vv_json_put_node(out, item);
}

/* In the order of the version, whose columns they are; those that it no longer has come last. */
static void put_fields(vv_buf *out, const vv_json *theirs, const vv_json *own)
{
	const vv_json *mine = vv_json_get(own, "fields"), *fields = vv_json_get(theirs, "fields");
	bool any = false;

	vv_buf_putc(out, '[');
	for (const vv_json *f = mine ? mine->first : NULL; f; f = f->next) {
		const vv_json *held = find_field(theirs, vv_json_get_string(f, "name"));

		put_item(out, held ? held : f, &any);
	}
	for (const vv_json *f = fields ? fields->first : NULL; f; f = f->next) {
		if (!find_field(own, vv_json_get_string(f, "name"))) {
			put_item(out, f, &any);
		}
	}
	vv_buf_putc(out, ']');
}

static vv_status lay_over(vv_buf *out, const vv_buf *theirs, const vv_buf *own, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *a, *b;
	bool any = false;

	if (own->len == 0) {
		return vv_buf_write(out, theirs->data, theirs->len, err);
	}
	vv_status rc = vv_json_read(&a, &arena, theirs->data, theirs->len, "the schema", err);
	if (rc < 0 || (rc = vv_json_read(&b, &arena, own->data, own->len, "the schema", err)) < 0) {
		return rc;
	}
	vv_buf_putc(out, '{');
	for (const vv_json *m = a->first; m; m = m->next) {
		vv_buf_puts(out, any ? "," : "");
		any = true;
		vv_json_put_string(out, m->name, m->name_len);
		vv_buf_putc(out, ':');
		if (strcmp(m->name, "fields") == 0) {
			put_fields(out, a, b);
		} else {
			vv_json_put_node(out, m);
		}
	}
	vv_buf_putc(out, '}');
	return vv_buf_ok(out, err);
}

vv_status vv_check_described(vv_package_resource *out, bool *described, const char *path,
			     const vv_check_input_options *look, vv_error *err)
{
	const vv_status rc = vv_declared_find(out, described, NULL, path, vv_check_read_beside,
					      (void *)(uintptr_t)look, err);

	if (rc == VV_EINPUT) {
		*described = false;
		*out = (vv_package_resource){0};
	}
	return vv_error_excuse(rc, rc == VV_EINPUT, err);
}

vv_status vv_check_owner_hold(const vv_check_owner *o, vv_package_resource *is, const char *path,
			      const vv_check_input_options *look, bool *held, vv_error *err)
{
	vv_check_input_options there = *look;
	vv_auto(vv_package_resource) theirs = {0};
	vv_auto(vv_buf) schema = VV_BUF_INIT;
	bool described = false;
	vv_status rc;

	*held = false;
	if (!o || !o->has_side) return VV_OK;
	there.side = &o->side;
	if ((rc = vv_check_described(&theirs, &described, path, &there, err)) < 0 || !described ||
	    theirs.schema.len == 0 ||
	    (rc = lay_over(&schema, &theirs.schema, &is->schema, err)) < 0) {
		return rc;
	}
	*held = true;
	vv_buf_clear(&is->schema);
	is->schema = schema;
	schema = (vv_buf){0};
	vv_free(is->package_path);
	is->package_path = vv_take(&theirs.package_path);
	return VV_OK;
}

/* ---- what differs ---- */

typedef struct changes {
	vv_check_change_fn fn;
	void *payload;
	vv_buf line, a, b;
} changes;

static void changes_clear(changes *c)
{
	vv_buf_clear_all(&c->line, &c->a, &c->b);
}

VV_AUTO_CLEAR(changes, changes_clear)

static void put_value(vv_buf *out, const vv_buf *value)
{
	if (value->len == 0) {
		vv_buf_puts(out, "none");
		return;
	}
	vv_text_put_cut(out, value->data, value->len, SHOWN);
}

/* One setting, as both have it; NULL: absent. */
static vv_status compare_setting(changes *c, const char *where, const char *name, const vv_json *a,
				 const vv_json *b, vv_error *err)
{
	vv_buf_reset(&c->a);
	vv_buf_reset(&c->b);
	vv_buf_reset(&c->line);
	if (a) {
		vv_json_put_node(&c->a, a);
	}
	if (b) {
		vv_json_put_node(&c->b, b);
	}
	if (vv_buf_equal(&c->a, &c->b)) return VV_OK;
	vv_buf_printf(&c->line, "%s%s: ", where, vv_text_shows(name));
	put_value(&c->line, &c->a);
	vv_buf_puts(&c->line, " -> ");
	put_value(&c->line, &c->b);
	vv_status rc = vv_buf_ok(&c->line, err);
	return rc < 0 ? rc : c->fn(c->payload, vv_buf_cstr(&c->line), err);
}

/* The members of two objects (NULL: none), but for those named, which are compared apart. */
static vv_status compare_members(changes *c, const char *where, const vv_json *a, const vv_json *b,
				 const char *const *but, vv_error *err)
{
	const vv_json *const sides[2] = {a, b};

	for (int side = 0; side < 2; side++) {
		const vv_json *from = sides[side], *other = sides[!side];

		for (const vv_json *m = from ? from->first : NULL; m && m->name; m = m->next) {
			const vv_json *n = vv_json_get(other, m->name);
			if ((side && n) || vv_texts_have(but, m->name, m->name_len)) {
				continue;
			}
			vv_status rc = side ? compare_setting(c, where, m->name, n, m, err)
					    : compare_setting(c, where, m->name, m, n, err);
			if (rc < 0) return rc;
		}
	}
	return VV_OK;
}

static bool has_item(const vv_json *list, const vv_json *item)
{
	vv_auto(vv_buf) want = VV_BUF_INIT, one = VV_BUF_INIT;
	bool found = false;

	vv_json_put_node(&want, item);
	for (const vv_json *n = list ? list->first : NULL; n && !found; n = n->next) {
		vv_buf_reset(&one);
		vv_json_put_node(&one, n);
		found = vv_buf_equal(&one, &want);
	}
	return found;
}

/* Entries of two lists, whatever their order. */
static vv_status compare_lists(changes *c, const char *name, const vv_json *a, const vv_json *b,
			       vv_error *err)
{
	vv_status rc;

	for (const vv_json *n = a ? a->first : NULL; n; n = n->next) {
		if (!has_item(b, n) && (rc = compare_setting(c, "", name, n, NULL, err)) < 0) {
			return rc;
		}
	}
	for (const vv_json *n = b ? b->first : NULL; n; n = n->next) {
		if (!has_item(a, n) && (rc = compare_setting(c, "", name, NULL, n, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Both texts; one that is absent is NULL. VV_EINPUT: one is not an object of JSON. */
static vv_status read_both(const vv_json **a, const vv_json **b, vv_arena *arena, const vv_buf *was,
			   const vv_buf *is, vv_error *err)
{
	static const char *const names[] = {"in the base", "in the commit"};
	const vv_buf *texts[] = {was, is};
	const vv_json **out[] = {a, b};

	for (int i = 0; i < 2; i++) {
		vv_json *top;

		*out[i] = NULL;
		if (!texts[i]) {
			continue;
		}
		vv_status rc = vv_json_read(&top, arena, vv_buf_cstr(texts[i]), texts[i]->len,
					    names[i], err);
		if (rc < 0) return rc;
		if (top->type != VV_JSON_OBJECT) {
			return vv_fail(err, VV_EINPUT, "%s: not a JSON object", names[i]);
		}
		*out[i] = top;
	}
	return VV_OK;
}

/* The common beginning of both functions: equal texts, or a fault, which counts as one change. */
static vv_status begin_changes(changes *c, const vv_json **a, const vv_json **b, vv_arena *arena,
			       const vv_buf *was, const vv_buf *is, bool *done, vv_error *err)
{
	vv_error why;

	*done = was && is ? vv_buf_equal(was, is) : was == is;
	if (*done) return VV_OK;
	vv_status rc = read_both(a, b, arena, was, is, &why);
	*done = rc == VV_EINPUT;
	if (*done) return c->fn(c->payload, why.message, err);
	return rc < 0 ? vv_error_copy(err, &why) : VV_OK;
}

vv_status vv_check_rules_changes(const vv_buf *was, const vv_buf *is, vv_check_change_fn fn,
				 void *payload, vv_error *err)
{
	static const char *const apart[] = {"rules", "datasets", "accept", NULL};
	static const char *const none[] = {NULL};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(changes) c = {.fn = fn, .payload = payload};
	const vv_json *a, *b;
	bool done;
	vv_status rc = begin_changes(&c, &a, &b, &arena, was, is, &done, err);

	if (rc < 0 || done || (rc = compare_members(&c, "", a, b, apart, err)) < 0 ||
	    (rc = compare_members(&c, "rule ", vv_json_get(a, "rules"), vv_json_get(b, "rules"),
				  none, err)) < 0 ||
	    (rc = compare_lists(&c, "datasets", vv_json_get(a, "datasets"),
				vv_json_get(b, "datasets"), err)) < 0) {
		return rc;
	}
	return compare_lists(&c, "accept", vv_json_get(a, "accept"), vv_json_get(b, "accept"), err);
}

/* A line of a text, and the section that it is in. */
typedef struct text_line {
	const char *section, *text;
	size_t section_len, len;
} text_line;

/* The next line with a rule; false: there is none. *at is moved. */
static bool next_line(text_line *l, const vv_buf *text, size_t *at)
{
	while (*at < text->len) {
		const char *s = text->data + *at, *end = memchr(s, '\n', text->len - *at);
		size_t n = end ? (size_t)(end - s) : text->len - *at;

		*at += n + (end != NULL);
		while (n > 0 && strchr(" \t\r", s[n - 1])) {
			n--;
		}
		while (n > 0 && (*s == ' ' || *s == '\t')) {
			s++;
			n--;
		}
		if (n > 0 && *s == '[') {
			l->section = s;
			l->section_len = n;
		} else if (n > 0 && strncmp(s, "--", n < 2 ? n : 2) != 0) {
			l->text = s;
			l->len = n;
			return true;
		}
	}
	return false;
}

static bool has_line(const vv_buf *text, const text_line *line)
{
	text_line l = {.section = ""};
	size_t at = 0;

	while (next_line(&l, text, &at)) {
		if (l.len == line->len && l.section_len == line->section_len &&
		    memcmp(l.text, line->text, l.len) == 0 &&
		    memcmp(l.section, line->section, l.section_len) == 0) {
			return true;
		}
	}
	return false;
}

vv_status vv_check_lines_changes(const vv_buf *was, const vv_buf *is, vv_check_change_fn fn,
				 void *payload, vv_error *err)
{
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_status rc = VV_OK;

	for (int side = 0; side < 2; side++) {
		const vv_buf *from = side ? is : was, *other = side ? was : is;
		text_line l = {.section = ""};
		size_t at = 0;

		while (rc == VV_OK && next_line(&l, from, &at)) {
			if (has_line(other, &l)) {
				continue;
			}
			vv_buf_reset(&out);
			vv_buf_puts(&out, "rule ");
			vv_text_put_cut(&out, l.section, l.section_len, SHOWN);
			vv_buf_putc(&out, ' ');
			vv_text_put_cut(&out, l.text, l.len, 2 * SHOWN);
			vv_buf_puts(&out, side ? ": added" : ": removed");
			if ((rc = vv_buf_ok(&out, err)) == VV_OK) {
				rc = fn(payload, vv_buf_cstr(&out), err);
			}
		}
	}
	return rc;
}

/* A field; b NULL: the version no longer describes it. */
static vv_status compare_field(changes *c, const vv_json *a, const vv_json *b, vv_error *err)
{
	static const char *const apart[] = {"constraints", NULL};
	static const char *const none[] = {NULL};
	const char *name = vv_json_get_string(a, "name");
	vv_status rc;

	if (!b) return compare_setting(c, "field ", name ? name : "", a, NULL, err);
	vv_auto(char) *where = vv_asprintf("field %s, ", vv_text_shows(name));
	if ((rc = vv_alloc_ok(where, err)) < 0 ||
	    (rc = compare_members(c, where, a, b, apart, err)) < 0) {
		return rc;
	}
	return compare_members(c, where, vv_json_get(a, "constraints"),
			       vv_json_get(b, "constraints"), none, err);
}

vv_status vv_check_schema_changes(const vv_buf *was, const vv_buf *is, vv_check_change_fn fn,
				  void *payload, vv_error *err)
{
	static const char *const apart[] = {"fields", NULL};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(changes) c = {.fn = fn, .payload = payload};
	const vv_json *a, *b, *fields;
	bool done;
	vv_status rc = begin_changes(&c, &a, &b, &arena, was, is, &done, err);

	if (rc < 0 || done || (rc = compare_members(&c, "", a, b, apart, err)) < 0) return rc;
	fields = vv_json_get(a, "fields");
	for (const vv_json *f = fields ? fields->first : NULL; f; f = f->next) {
		const vv_json *now = find_field(b, vv_json_get_string(f, "name"));

		if ((rc = compare_field(&c, f, now, err)) < 0) return rc;
	}
	fields = vv_json_get(b, "fields");
	for (const vv_json *f = fields ? fields->first : NULL; f; f = f->next) {
		const char *name = vv_json_get_string(f, "name");

		if (!find_field(a, name) &&
		    (rc = compare_setting(&c, "field ", name ? name : "", NULL, f, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}
