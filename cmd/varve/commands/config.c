/*
 * config: varve's settings, and where each setting of a path comes from.
 */
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "dataset/schema/package.h"
#include "lib/names/version.h"
#include "lib/status/settings.h"
#include "lib/worktree/add_plan.h"
#include "lib/worktree/attributes_lines.h"
#include "repo/git/config.h"
#include "repo/git/index/attributes.h"

typedef struct options {
	const char *explain, *format;
	bool list, all, unset;
} options;

static const vv_option table[] = {
	OPT_ONCE(0, "explain", explain, "PATH", "show where each setting of PATH comes from"),
	OPT_FLAG('l', "list", list, "list varve's settings"),
	OPT_FLAG(0, "all", all, "with --list: also list unset settings, with their defaults"),
	OPT_FLAG(0, "unset", unset, "remove a setting from this repository"),
	OPT_JSON("the output format"),
};

/* The lines of an answer: what, its value, where from. */
typedef struct answer {
	bool json;
	int width; /* of the first column */
	vv_buf buf;
	vv_json_out w;
} answer;

/* value NULL: none. */
static void say_setting(answer *a, const char *what, const char *value, const char *from)
{
	if (a->json) {
		vv_json_put_object(&a->w, {JSON_TEXT("setting", what)},
				   {JSON_TEXT("value", value ? value : NULL)},
				   {JSON_TEXT("source", from)});
		return;
	}
	vv_out("%-*s %s", a->width, what, value ? vv_text_shows(value) : "");
	vv_out("%s(%s)\n", value ? "  " : "", vv_text_shows(from));
}

/* ".gitattributes:3: *.csv filter=varve": the line that decides; empty: there is none. */
static vv_status put_line(vv_buf *out, vv_repository *r, const char *path, bool compared,
			  vv_error *err)
{
	vv_auto(vv_attr_list) lines = {0};
	vv_status rc = vv_attr_list_read(
		&lines, r, NULL, compared ? VV_ATTR_COMPARED_LINES : VV_ATTR_FILTER_LINES, err);
	const size_t i = rc < 0 ? lines.count : vv_attr_list_deciding(&lines, path);

	if (i < lines.count) {
		const vv_attr_list_line *at = &lines.lines[i];

		vv_buf_printf(out, "%s:%u: %s %s", at->file, at->number, at->pattern,
			      at->attributes);
	}
	return rc < 0 ? rc : vv_buf_ok(out, err);
}

static vv_status explain_tracking(answer *a, vv_subject *s, bool *tracked, vv_error *err)
{
	const bool bare = vv_repository_is_bare(s->repo);
	vv_auto(vv_buf) line = VV_BUF_INIT;
	bool compared = false;
	vv_status rc;

	if ((rc = vv_attr_tracked(s->repo, s->path, tracked, err)) < 0 ||
	    (rc = vv_attr_compared(s->repo, s->path, &compared, err)) < 0 ||
	    (!bare && (rc = put_line(&line, s->repo, s->path, false, err)) < 0)) {
		return rc;
	}
	/* A line that takes the filter away has been reported; else one leaves the file as text. */
	compared = compared && line.len == 0;
	if (compared && !bare && (rc = put_line(&line, s->repo, s->path, true, err)) < 0) {
		return rc;
	}
	const char *value = compared ? "text" : "no", *from = "no line of .gitattributes";

	if (*tracked) {
		value = "yes";
	}
	if (line.len) {
		from = vv_buf_cstr(&line);
	} else if (bare && (*tracked || compared)) {
		from = "a line of .gitattributes in HEAD";
	}
	say_setting(a, "tracked", value, from);
	return VV_OK;
}

/* Appends names, separated by commas, with `before` in front of them. */
static void list_names(vv_buf *b, const char *before, char *const *names, size_t count)
{
	vv_array_each(names, count, name) {
		vv_buf_printf(b, "%s%s", name > names ? ", " : before, *name);
	}
}

/* added: varve stores the table. */
static void explain_key(answer *a, const vv_root *r, const vv_package_resource *res, bool added)
{
	vv_auto(vv_buf) names = VV_BUF_INIT;
	const char *from = added ? "none was found, or --no-key" : "none was found";

	list_names(&names, "", r->key, r->key_count);
	if (r->key_source == VV_KEY_INFERRED) {
		from = added ? "found when the table was first added" : "found";
	} else if (r->key_source == VV_KEY_DECLARED) {
		from = "declared with add --key";
	} else if (r->key_source == VV_KEY_PACKAGE) {
		from = res->package_path ? res->package_path : "datapackage.json";
	}
	say_setting(a, "key", r->key_count ? vv_buf_cstr(&names) : "none", from);
}

static void explain_order(answer *a, const vv_root *r, const char *kept)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	list_names(&b, "by ", r->sorted_by, vv_root_is_sorted(r) ? r->sorted_by_count : 0);
	if (b.len) {
		say_setting(
			a, "order", vv_buf_cstr(&b),
			"set by --order key, or chosen because the order of rows changes with each delivery; kept from then on");
	} else {
		say_setting(a, "order", "the file's",
			    r->file_order_declared ? "set by --order file; kept from then on"
						   : kept);
	}
}

static bool package_has_form(const vv_sniff_hints *h)
{
	return h->delimiter >= 0 || h->quote >= 0 || h->escape >= 0 || h->header >= 0;
}

static void explain_table(answer *a, const vv_subject *s, const vv_table *t,
			  const vv_package_resource *res)
{
	const vv_root *r = &t->root;
	const bool added = s->is_dataset || !vv_cid_is_null(&s->parent);
	const char *kept = added ? "that of the first version" : "detected";
	vv_auto(vv_buf) b = VV_BUF_INIT;
	size_t i;

	vv_dialect_describe(&b, &r->dialect);
	say_setting(a, "form", vv_buf_cstr(&b),
		    res->package_path && package_has_form(&res->hints) ? res->package_path : kept);
	vv_buf_reset(&b);
	for (i = 0; i < t->columns && b.len < 100; i++) {
		vv_buf_puts(&b, i ? ", " : "");
		vv_buf_put(&b, t->schema.fields[i].name, t->schema.fields[i].name_len);
		vv_buf_printf(&b, " %s", vv_type_name(t->schema.fields[i].type));
	}
	vv_buf_puts(&b, i < t->columns ? ", ..." : "");
	say_setting(a, "schema", vv_buf_cstr(&b),
		    res->schema.len ? res->package_path
		    : added         ? "inferred, and kept from version to version"
				    : "inferred");
	explain_key(a, r, res, added);
	vv_buf_reset(&b);
	list_names(&b, "", r->cut_columns, r->cut_column_count);
	vv_buf_printf(&b, "%s, about %lu rows", r->cut_column_count ? "" : "whole rows",
		      (unsigned long)r->cut_rows);
	say_setting(a, "groups by", vv_buf_cstr(&b), kept);
	explain_order(a, r, kept);
}

/* A setting of Git's configuration: the last level wins. */
typedef struct setting {
	const char *name;
	vv_buf value, level;
} setting;

static vv_status on_setting(void *payload, const char *name, const char *value, const char *level,
			    vv_error *err)
{
	setting *s = payload;

	if (strcmp(name, s->name) == 0) {
		vv_buf_reset(&s->value);
		vv_buf_reset(&s->level);
		vv_buf_puts(&s->value, value ? value : "true");
		vv_buf_printf(&s->level, "%s configuration: %s", level, name);
		return vv_buf_ok(&s->level, err);
	}
	return VV_OK;
}

static vv_status explain_setting(answer *a, vv_repository *r, const char *what, const char *name,
				 const char *fallback, vv_error *err)
{
	setting s = {name, VV_BUF_INIT, VV_BUF_INIT};
	vv_status rc = vv_config_each(r, name, on_setting, &s, err);

	if (rc == VV_OK) {
		say_setting(a, what, s.value.len ? vv_buf_cstr(&s.value) : fallback,
			    s.value.len ? vv_buf_cstr(&s.level) : "default");
	}
	vv_buf_clear_all(&s.value, &s.level);
	return rc;
}

static void answer_begin(answer *a, const options *o)
{
	*a = (answer){.json = vv_wants_json(o->format),
		      .width = o->all ? 24 : 10,
		      .w = {.buf = &a->buf, .indent = 2}};
	if (a->json) {
		vv_json_open_array(&a->w);
	}
}

static vv_status answer_end(answer *a, vv_status rc, vv_error *err)
{
	if (a->json && rc == VV_OK) {
		vv_json_close_array(&a->w);
		rc = vv_out_json(&a->buf, err);
	}
	vv_buf_clear(&a->buf);
	return rc;
}

static vv_status explain_path(answer *a, const options *o, vv_context *c, vv_error *err)
{
	vv_auto(vv_package_resource) res = {0};
	vv_auto(vv_subject) s = {.env = vv_environ()};
	vv_auto(vv_table) t = {0};
	bool tracked = false, described;
	vv_status rc;

	if ((rc = vv_context_need(c, VV_NEEDS_PROGRESS | VV_NEEDS_READER, err)) < 0 ||
	    (rc = vv_subject_find(&s, c->repo, c->reader, &(vv_version_name){.word = o->explain},
				  err)) < 0 ||
	    (rc = vv_subject_settle(&s, err)) < 0) {
		return rc;
	}
	if (!s.path) {
		return vv_fail(err, VV_EUSAGE, "--explain requires a path, and '%s' is a CID",
			       vv_text_shows(o->explain));
	}
	if ((rc = explain_tracking(a, &s, &tracked, err)) < 0) return rc;
	rc = vv_package_find(&res, s.path, vv_subject_beside, &s, err);
	if (rc < 0 && rc != VV_ENOTFOUND) return rc;
	described = rc == VV_OK;
	say_setting(a, "described", described ? "yes" : "no",
		    described ? res.package_path : "no datapackage.json names it");
	if (!s.is_dataset && !tracked && !described && !vv_add_looks_like_table(s.path)) {
		say_setting(a, "kind", "text", "an ordinary Git file");
		return VV_OK;
	}
	const vv_subject_options how = {.find_key = true};
	if ((rc = vv_subject_open(&s, &t, &how, err)) < 0) return rc;
	say_setting(a, "kind", t.root.kind == VV_KIND_TABLE ? "table" : "file",
		    s.is_dataset ? "the stored version" : "how add would read it");
	if (t.root.kind == VV_KIND_TABLE) {
		explain_table(a, &s, &t, &res);
	}
	return explain_setting(a, c->repo, "smudge", "varve.smudgelimit", "256m", err);
}

static vv_status answer_path(const options *o, vv_context *c, vv_error *err)
{
	answer a;

	answer_begin(&a, o);
	return answer_end(&a, explain_path(&a, o, c, err), err);
}

/* Those of the table that were listed, and the rest of an answer. */
typedef struct listing {
	answer a;
	bool *seen; /* one for each of vv_settings */
} listing;

static vv_status list_one(void *payload, const char *name, const char *value, const char *level,
			  vv_error *err VV_UNUSED)
{
	const vv_setting *s = vv_setting_find(name);
	listing *l = payload;

	if (s) {
		l->seen[s - vv_settings] = true;
	}
	if (vv_setting_is_ours(name) || strncmp(name, "filter.varve.", 13) == 0 ||
	    strncmp(name, "diff.varve.", 11) == 0 || strncmp(name, "merge.varve", 11) == 0) {
		say_setting(&l->a, name, value ? value : "true", level);
	}
	return VV_OK;
}

/* Lists the defaults of unset options, and the purpose of each. */
static vv_status list_unset(listing *l, vv_error *err)
{
	vv_auto(vv_buf) about = VV_BUF_INIT;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < vv_setting_count && rc == VV_OK; i++) {
		const vv_setting *s = &vv_settings[i];

		if (!l->seen[i]) {
			vv_buf_reset(&about);
			vv_buf_puts(&about, s->fallback ? "default" : "not set");
			if (s->choices) {
				vv_buf_puts(&about, ", of ");
				vv_choices_put(&about, s->choices);
			}
			vv_buf_printf(&about, ": %s", s->help);
			if ((rc = vv_buf_ok(&about, err)) == VV_OK) {
				say_setting(&l->a, s->name, s->fallback, vv_buf_cstr(&about));
			}
		}
	}
	return rc;
}

static vv_status list_settings(const options *o, vv_repository *r, vv_error *err)
{
	listing l = {.seen = vv_calloc(vv_setting_count, sizeof(bool))};

	if (!l.seen) return vv_fail_nomem(err);
	answer_begin(&l.a, o);
	vv_status rc = vv_config_each(r, "", list_one, &l, err);
	if (rc == VV_OK && o->all) {
		rc = list_unset(&l, err);
	}
	vv_free(l.seen);
	return answer_end(&l.a, rc, err);
}

/* Only varve's own: for the rest there is git config. value: to be set; may be NULL. */
static vv_status check_name(const char *name, const char *value, vv_error *err)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;

	if (vv_setting_is_ours(name)) return VV_OK;
	vv_buf_puts(&line, "git config ");
	vv_text_put_word(&line, name);
	if (value) {
		vv_buf_putc(&line, ' ');
		vv_text_put_word(&line, value);
	}
	return vv_fail(err, VV_EUSAGE,
		       "'%s' is not one of varve's settings (varve.*)\n"
		       "'%s' works here",
		       vv_text_shows(name), vv_buf_cstr(&line));
}

static vv_status set_setting(vv_repository *r, const char *name, const char *value, vv_error *err)
{
	vv_status rc = vv_setting_must_exist(name, err);

	if (rc < 0 || (rc = vv_setting_check(name, value, err)) < 0) return rc;
	return vv_config_set(r, name, value, err);
}

static vv_status get_setting(vv_repository *r, const char *name, vv_error *err)
{
	vv_auto(char) *value = NULL;
	vv_status rc = vv_config_string(r, name, &value, err);

	if (rc == VV_OK) {
		vv_out_between("", value, "\n");
	} else if (rc == VV_ENOTFOUND && !vv_setting_find(name)) {
		vv_error_clear(err);
		rc = vv_setting_must_exist(name, err);
	}
	return rc;
}

static vv_status get_or_set(const options *o, vv_repository *r, int argc, char **argv,
			    vv_error *err)
{
	const vv_status rc = check_name(argv[0], argc == 2 ? argv[1] : NULL, err);

	if (rc < 0) return rc;
	if (o->unset) return vv_config_set(r, argv[0], NULL, err);
	if (argc == 2) return set_setting(r, argv[0], argv[1], err);
	return get_setting(r, argv[0], err);
}

static int check_config(const vv_context *c)
{
	const options *o = c->options;

	if (o->explain ? c->argc > 0 || o->list || o->unset
	    : o->list  ? c->argc > 0 || o->unset
		       : c->argc < 1 || c->argc > 2) {
		return vv_usage_error(
			"config requires NAME [VALUE], --unset NAME, --list, or --explain PATH");
	}
	if (o->all && !o->list) return vv_usage_error("--all requires --list");
	return o->unset && c->argc != 1 ? vv_usage_error("--unset requires NAME") : VV_EXIT_OK;
}

static vv_status run_config(vv_context *c, vv_error *err)
{
	options *o = c->options;

	if (o->explain) return answer_path(o, c, err);
	if (o->list) return list_settings(o, c->repo, err);
	vv_status rc = get_or_set(o, c->repo, c->argc, c->argv, err);
	if (rc == VV_ENOTFOUND && c->argc == 1) {
		c->code = VV_EXIT_NO; /* not set: git config reports that by its exit code alone */
		return VV_OK;
	}
	return rc;
}

const vv_command vv_cmd_config = {
	.name = "config",
	.group = "care",
	.summary = "read and change settings, and explain those of a path",
	.usage = "NAME [VALUE]\n--unset NAME\n--list [--all] [--json]\n--explain PATH [--json]",
	.example = "$ varve config --explain prices.csv\n"
		   "tracked    yes  (.gitattributes:1: /prices.csv filter=varve diff=varve "
		   "merge=varve -text)\n"
		   "described  no  (no datapackage.json names it)\n"
		   "kind       table  (the stored version)\n"
		   "form       comma-separated, header  (that of the first version)\n"
		   "key        id  (found when the table was first added)\n"
		   "...",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "NAME is not set",
	.arguments = "path",
	.check = check_config,
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_config,
};
