/*
 * schema: what the columns of a table mean, shown and changed.
 */
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/option.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "diff/check/profile.h"
#include "lib/work/add/schema_edit.h"
#include "lib/work/rows/named_columns.h"
#include "lib/work/view/version.h"

typedef struct options {
	vv_strings type, number, missing;
	vv_strings key;
	bool infer, json;
} options;

static const vv_option table[] = {
	OPT_LIST(0, "type", type, "COL=TYPE", "give a column another type"),
	OPT_LIST(0, "number", number, "COL=EXAMPLE",
		 "make a column one of numbers written like EXAMPLE: 1.234,5"),
	OPT_LIST(0, "key", key, "A,B", "declare the primary key"),
	OPT_LIST(0, "missing", missing, "[COL=]TEXT",
		 "treat TEXT as a missing value, in COL alone"),
	OPT_FLAG(0, "infer", infer,
		 "write a first description with constraints that all values meet"),
	OPT_FLAG(0, "json", json, "print Table Schema JSON, which is the only format"),
};

static bool is_edit(const options *o)
{
	return o->type.count || o->number.count || o->missing.count || o->key.count;
}

static vv_status show_json(const char *json, size_t len, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_status rc = vv_schema_pretty(&b, json, len, err);

	if (rc == VV_OK) {
		vv_out_bytes(b.data, b.len);
		vv_out("\n");
	}
	vv_buf_clear(&b);
	return rc;
}

/* Applies one edit to the text. */
static vv_status apply(vv_buf *text, vv_package_edit *edit, vv_error *err)
{
	vv_buf next = VV_BUF_INIT;
	vv_status rc = vv_package_apply(&next, vv_buf_cstr(text), text->len, edit, err);

	if (rc == VV_OK) {
		vv_buf_clear(text);
		*text = next;
	} else {
		vv_buf_clear(&next);
	}
	return rc;
}

static vv_status bad_type(const char *name, vv_error *err)
{
	vv_nearest near;
	int t;

	vv_nearest_init(&near, name);
	for (t = VV_TYPE_ANY; t <= VV_TYPE_GEOJSON; t++) {
		(void)vv_nearest_try(&near, vv_type_name((vv_type)t));
	}
	vv_fail(err, VV_EUSAGE, "there is no type '%s'", vv_text_shows(name));
	return near.best
		       ? vv_hint(err, "did you mean '%s'?", near.best)
		       : vv_hint(err, "types are string, integer, number, boolean, date, datetime, "
				      "time, year ...");
}

/* Sets the edit's column to what stands before the last '=' of an option's value, and *value to what stands behind it; the caller
 * frees *column. A name may hold '=': values have none. */
static vv_status split_word(char **column, size_t *at, const char **value, const vv_table *t,
			    const char *word, const char *option, const char *form, vv_error *err)
{
	const char *eq = strrchr(word, '=');
	vv_status rc;

	if (!eq) {
		vv_fail(err, VV_EUSAGE, "%s '%s' has no '='", option, vv_text_shows(word));
		return vv_hint(err, "write it as %s COLUMN=%s", option, form);
	}
	if ((rc = vv_view_column(t, word, (size_t)(eq - word), option, at, err)) < 0) return rc;
	*value = eq + 1;
	*column = vv_strndup(word, (size_t)(eq - word));
	return *column ? VV_OK : vv_fail_nomem(err);
}

static vv_status set_type(vv_buf *text, vv_package_edit *edit, const vv_table *t, const char *word,
			  vv_error *err)
{
	vv_auto(char) *column = NULL;
	const char *name;
	vv_type type;
	size_t at;
	vv_status rc;

	if ((rc = split_word(&column, &at, &name, t, word, "--type", "TYPE", err)) < 0) return rc;
	if (!vv_type_parse(&type, name)) return bad_type(name, err);
	edit->set_column = column;
	edit->set_type = name;
	rc = apply(text, edit, err);
	edit->set_column = edit->set_type = NULL;
	return rc;
}

/* The marks of 1.234,5 and its like: what stands between groups, and before the fraction; the lengths are 0 where there is
 * none. False: it does not show which is which, as 1,234 does not. */
static bool read_example(const char **group, size_t *group_len, const char **point,
			 size_t *point_len, const char *s)
{
	static const char digits[] = "0123456789";
	size_t whole, second, last;

	s += *s == '-';
	whole = strspn(s, digits);
	*group = s + whole;
	*group_len = strcspn(*group, digits);
	second = strspn(*group + *group_len, digits);
	*point = *group + *group_len + second;
	*point_len = strcspn(*point, digits);
	last = strspn(*point + *point_len, digits);
	if (whole == 0 || second == 0 || (*point)[*point_len + last] ||
	    (*point_len > 0) != (last > 0)) {
		return false;
	}
	if (*point_len == 0 && *group_len == 1 && strchr(",.", **group)) {
		*point = *group;
		*point_len = 1;
		*group_len = 0;
		return second != 3;
	}
	return true;
}

static vv_status set_number(vv_buf *text, vv_package_edit *edit, const vv_table *t,
			    const char *word, vv_error *err)
{
	vv_auto(char) *column = NULL, *group = NULL, *decimal = NULL;
	const char *example, *marks[2];
	size_t at, lens[2];
	vv_status rc;

	if ((rc = split_word(&column, &at, &example, t, word, "--number", "EXAMPLE", err)) < 0) {
		return rc;
	}
	if (!read_example(&marks[0], &lens[0], &marks[1], &lens[1], example)) {
		vv_fail(err, VV_EUSAGE, "--number: '%s' does not show how fractions are written",
			vv_text_shows(example));
		return vv_hint(err, "as in 1234.5, 1.234,5 or 1'234.5");
	}
	group = vv_strndup(marks[0], lens[0]);
	decimal = lens[1] > 0 ? vv_strndup(marks[1], lens[1]) : vv_strdup(".");
	if (!group || !decimal) return vv_fail_nomem(err);
	edit->set_column = column;
	edit->set_type = "number";
	edit->set_decimal_char = decimal;
	edit->set_group_char = *group || t->schema.fields[at].group[0] ? group : NULL;
	rc = apply(text, edit, err);
	edit->set_column = edit->set_type = edit->set_decimal_char = edit->set_group_char = NULL;
	return rc;
}

static vv_status set_key(vv_buf *text, vv_package_edit *edit, const vv_table *t,
			 const vv_strings *names, vv_error *err)
{
	size_t *places = NULL, count, i;
	const char **key;
	vv_status rc;

	if ((rc = vv_view_columns(t, names, "--key", &places, &count, err)) < 0) return rc;
	key = vv_calloc(count + 1, sizeof(*key));
	if (!key) {
		rc = vv_fail_nomem(err);
	} else {
		for (i = 0; i < count; i++) {
			key[i] = t->schema.fields[places[i]].name;
		}
		edit->key = key;
		rc = apply(text, edit, err);
		edit->key = NULL;
	}
	vv_free(key);
	vv_free(places);
	return rc;
}

/* TEXT, or COL=TEXT; "=TEXT" is a TEXT that may hold '='. A name may hold '=' too: the longest that is a column's decides. */
static vv_status set_missing(vv_buf *text, vv_package_edit *edit, const vv_table *t,
			     const char *word, vv_error *err)
{
	const char *first = strchr(word, '='), *eq = first, *value[2] = {NULL, NULL};
	char *column = NULL;
	size_t at;
	vv_status rc;

	for (const char *p = first; p && first > word; p = strchr(p + 1, '=')) {
		eq = vv_schema_find(&t->schema, word, (size_t)(p - word)) >= 0 ? p : eq;
	}
	if (first && first > word) {
		rc = vv_view_column(t, word, (size_t)(eq - word), "--missing", &at, err);
		if (rc < 0) {
			return vv_hint(err, "a TEXT with '=' for all columns is written '=%s'",
				       vv_text_shows(word));
		}
		if (!(column = vv_strndup(word, (size_t)(eq - word)))) return vv_fail_nomem(err);
	}
	value[0] = eq ? eq + 1 : word;
	edit->missing = value;
	edit->missing_column = column;
	rc = apply(text, edit, err);
	edit->missing = NULL;
	edit->missing_column = NULL;
	vv_free(column);
	return rc;
}

static vv_status edit_package(const options *o, vv_subject *s, const vv_table *t, vv_error *err)
{
	vv_package_edit edit;
	vv_buf text = VV_BUF_INIT;
	char *package = NULL;
	bool describes;
	vv_status rc;
	size_t i;

	memset(&edit, 0, sizeof(edit));
	if (s->from != VV_FROM_WORK) {
		vv_fail(err, VV_EUSAGE,
			"only the schema of a file in the work tree can be changed");
		return vv_hint(err, "name it as PATH, without a revision");
	}
	if ((rc = vv_schema_package(&package, &describes, s, err)) < 0 ||
	    (rc = vv_schema_package_text(&text, s, package, err)) < 0) {
		goto done;
	}
	edit.path = s->path;
	edit.package_path = package;
	edit.schema = t->root.schema.data;
	for (i = 0; rc == VV_OK && i < o->type.count; i++) {
		rc = set_type(&text, &edit, t, o->type.items[i], err);
	}
	for (i = 0; rc == VV_OK && i < o->number.count; i++) {
		rc = set_number(&text, &edit, t, o->number.items[i], err);
	}
	if (rc == VV_OK && o->key.count > 0) {
		rc = set_key(&text, &edit, t, &o->key, err);
	}
	for (i = 0; rc == VV_OK && i < o->missing.count; i++) {
		rc = set_missing(&text, &edit, t, o->missing.items[i], err);
	}
	if (rc == VV_OK && (rc = vv_schema_package_write(s, package, &text, err)) == VV_OK) {
		vv_note("%s %s; 'varve add %s' and 'varve commit' record it, no row is stored "
			"again",
			describes ? "changed" : "wrote", vv_text_shows(package),
			vv_text_shows(package));
	}
done:
	vv_buf_clear(&text);
	vv_free(package);
	return rc;
}

/* A schema made of what is true of the values, put where none is. */
static vv_status write_inferred(vv_subject *s, const vv_buf *schema, vv_error *err)
{
	vv_package_edit edit = {.path = s->path, .schema = vv_buf_cstr(schema)};
	vv_package_resource res = {0};
	vv_buf text = VV_BUF_INIT, pretty = VV_BUF_INIT;
	char *package = NULL;
	bool describes, has_schema = false;
	vv_status rc;

	if ((rc = vv_schema_package(&package, &describes, s, err)) < 0) {
		goto done;
	}
	if (describes &&
	    (rc = vv_package_find(&res, s->path, vv_subject_beside, s, err)) == VV_OK) {
		has_schema = res.schema.len > 0;
		vv_package_resource_clear(&res);
	}
	if (rc < 0) {
		goto done;
	}
	if (has_schema) {
		rc = vv_fail(err, VV_EEXISTS, "%s has a schema for '%s' already",
			     vv_text_shows(package), vv_text_shows(s->path));
		vv_hint(err,
			"change it with --type, --key and --missing, or see what --infer finds in "
			"HEAD:%s",
			vv_text_shows(s->path));
		goto done;
	}
	edit.package_path = package;
	if ((rc = vv_schema_package_text(&text, s, package, err)) < 0 ||
	    (rc = apply(&text, &edit, err)) < 0 ||
	    (rc = vv_schema_pretty(&pretty, text.data, text.len, err)) < 0) {
		goto done;
	}
	if (!describes) { /* one that somebody has laid out stays as it is */
		vv_buf_putc(&pretty, '\n');
	}
	rc = vv_schema_package_write(s, package, describes ? &text : &pretty, err);
	if (rc == VV_OK) {
		vv_note("wrote %s; record it with 'varve add %s' and 'varve commit'; 'varve "
			"check' follows it",
			vv_text_shows(package), vv_text_shows(package));
	}
done:
	vv_buf_clear(&text);
	vv_buf_clear(&pretty);
	vv_free(package);
	return rc;
}

static vv_status infer(vv_subject *s, vv_table *t, vv_error *err)
{
	vv_profile *profile = NULL;
	vv_buf schema = VV_BUF_INIT;
	vv_status rc;

	if ((rc = vv_profile_make(&profile, t, vv_env_temp_dir(vv_environ()), vv_progress_begin(),
				  err)) == VV_OK &&
	    (rc = vv_profile_schema(&schema, profile, err)) == VV_OK) {
		vv_progress_end();
		rc = s->from == VV_FROM_WORK ? write_inferred(s, &schema, err)
					     : show_json(vv_buf_cstr(&schema), schema.len, err);
	}
	vv_profile_free(profile);
	vv_buf_clear(&schema);
	return rc;
}

static int check_schema(const vv_context *c)
{
	const options *o = c->options;

	if (c->argc != 1) {
		return vv_usage_error("schema takes one PATH, REV:PATH or CID, not %d", c->argc);
	}
	return o->infer && is_edit(o) ? vv_usage_error("--infer takes no other options: change its "
						       "result with --type, --key and --missing")
				      : VV_EXIT_OK;
}

static vv_status run_schema(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_subject s;
	vv_table t;
	vv_status rc;

	vv_subject_init(&s);
	s.env = vv_environ();
	if ((rc = vv_subject_find(&s, c->repo, c->reader, c->argv[0], err)) < 0 ||
	    (rc = vv_subject_open(&s, &t, NULL, err)) < 0) {
		goto done;
	}
	if (t.root.kind != VV_KIND_TABLE) {
		rc = vv_fail(err, VV_EUSAGE, "'%s' is kept as a file: it has no columns",
			     vv_text_shows(c->argv[0]));
	} else if (o->infer) {
		rc = infer(&s, &t, err);
	} else if (is_edit(o)) {
		rc = edit_package(o, &s, &t, err);
	} else if (t.root.schema.data) {
		rc = show_json(t.root.schema.data, t.root.schema.len, err);
	} else {
		rc = show_json("{}", 2, err);
	}
	vv_table_close(&t);
done:
	vv_subject_clear(&s);
	return rc;
}

const vv_command vv_cmd_schema = {
	.name = "schema",
	.group = "look",
	.summary = "show the Table Schema of the columns, or change it in datapackage.json",
	.usage =
		"[REV:]PATH | CID\n[--type COL=TYPE] [--key A,B] [--missing [COL=]TEXT] PATH\n--infer "
		"[REV:]PATH | CID",
	.example = "$ varve schema --type id=string --key id prices.csv\n"
		   "wrote datapackage.json; 'varve add datapackage.json' and 'varve commit' "
		   "record it, no row is stored again",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.check = check_schema,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_READER,
	.gets = true,
	.run = run_schema,
};
