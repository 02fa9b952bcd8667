/*
 * schema: shows and changes the descriptions of a table's columns.
 */
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "check/past/profile.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/option.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/names/version.h"
#include "lib/worktree/describe.h"
#include "lib/worktree/schema_edit.h"

typedef struct options {
	vv_description description;
	bool infer, json, allow_unsigned;
} options;

static const vv_option table[] = {
	OPT_UNSIGNED,
	OPT_LIST(0, "type", description.type, "COL=TYPE", "give a column another type"),
	OPT_LIST(0, "number", description.number, "COL=EXAMPLE",
		 "make a column numeric, with numbers written like EXAMPLE: 1.234,5"),
	OPT_NAMES(0, "key", description.key, "declare the primary key"),
	OPT_LIST(0, "missing", description.missing, "[COL=]TEXT",
		 "treat TEXT as a missing value, in COL or in all columns"),
	OPT_FLAG(0, "infer", infer,
		 "write a first description with constraints that all values meet"),
	OPT_FLAG(0, "json", json, "print Table Schema JSON, which is the only format"),
};

static bool is_edit(const options *o)
{
	return o->description.type.count || o->description.number.count ||
	       o->description.missing.count || o->description.key.count;
}

static vv_status show_json(const char *json, size_t len, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_status rc = vv_schema_pretty(&b, json, len, err);

	if (rc == VV_OK) {
		vv_out_bytes(b.data, b.len);
		vv_out("\n");
	}
	return rc;
}

static vv_status apply_edit(vv_buf *text, vv_package_edit *edit, vv_error *err)
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

static vv_status edit_package(const options *o, vv_subject *s, const vv_table *t, vv_error *err)
{
	vv_description d = o->description;
	vv_auto(char) *package = NULL;
	bool describes;
	vv_status rc;

	d.dashes = "--";
	if (s->from != VV_FROM_WORK) {
		return vv_fail(err, VV_EUSAGE,
			       "only the schema of a file in the work tree can be changed\n"
			       "name it as PATH, without a revision");
	}
	if ((rc = vv_describe(&package, &describes, s, t, &d, err)) == VV_OK) {
		vv_note("%s %s; 'varve add %s' and 'varve commit' record it; no row is stored "
			"again",
			describes ? "changed" : "wrote", vv_text_shows(package),
			vv_hint_path(package));
	}
	return rc;
}

/* Writes a schema inferred from the values where none exists. */
static vv_status write_inferred(vv_subject *s, const vv_buf *schema, vv_error *err)
{
	vv_auto(char) *name = vv_subject_name(s);
	vv_package_edit edit = {.path = name, .schema = vv_buf_cstr(schema)};
	vv_auto(vv_package_resource) res = {0};
	vv_auto(vv_buf) text = VV_BUF_INIT, pretty = VV_BUF_INIT;
	vv_auto(char) *package = NULL;
	bool describes, has_schema = false;
	vv_status rc;

	if (!name) return vv_fail_nomem(err);
	if ((rc = vv_schema_package(&package, &describes, s, err)) < 0) return rc;
	if (describes && (rc = vv_package_find(&res, name, vv_subject_beside, s, err)) == VV_OK) {
		has_schema = res.schema.len > 0;
	}
	if (rc < 0) return rc;
	if (has_schema) {
		return vv_fail(
			err, VV_EEXISTS,
			"%s already has a schema for '%s'\nchange it with --type, --key and --missing, or see what --infer finds in HEAD:%s",
			vv_text_shows(package), vv_text_shows(name), vv_text_shows(name));
	}
	edit.package_path = package;
	if ((rc = vv_schema_package_text(&text, s, package, err)) < 0 ||
	    (rc = apply_edit(&text, &edit, err)) < 0 ||
	    (rc = vv_schema_pretty(&pretty, text.data, text.len, err)) < 0) {
		return rc;
	}
	if (!describes) { /* an existing one keeps its layout */
		vv_buf_putc(&pretty, '\n');
	}
	rc = vv_schema_package_write(s, package, describes ? &text : &pretty, err);
	if (rc == VV_OK) {
		vv_note("wrote %s; record it with 'varve add %s' and 'varve commit'; 'varve "
			"check' follows it",
			vv_text_shows(package), vv_hint_path(package));
	}
	return rc;
}

static vv_status infer_schema(vv_subject *s, vv_table *t, vv_error *err)
{
	vv_auto(vv_profile) *profile = NULL;
	vv_auto(vv_buf) schema = VV_BUF_INIT;
	vv_status rc;

	if ((rc = vv_profile_make(&profile, t, vv_env_temp_dir(vv_environ()), vv_progress_begin(),
				  err)) == VV_OK &&
	    (rc = vv_profile_schema(&schema, profile, err)) == VV_OK) {
		rc = s->from == VV_FROM_WORK ? write_inferred(s, &schema, err)
					     : show_json(vv_buf_cstr(&schema), schema.len, err);
	}
	return rc;
}

static int check_schema(const vv_context *c)
{
	const options *o = c->options;

	return o->infer && is_edit(o)
		       ? vv_usage_error(
				 "--infer accepts no other options; change its result with --type, --key and --missing")
		       : VV_EXIT_OK;
}

static vv_status run_schema(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_subject) s = {.env = vv_environ()};
	vv_auto(vv_table) t = {0};
	const vv_version_name name = {.word = c->argv[0]};
	vv_status rc;

	if ((rc = vv_subject_find(&s, c->repo, c->reader, &name, err)) < 0) return rc;
	/* No other varve changes the file or its description meanwhile. */
	if (s.from == VV_FROM_WORK && (is_edit(o) || o->infer) &&
	    (rc = vv_context_need(c, VV_NEEDS_RIGHT, err)) < 0) {
		return rc;
	}
	if ((rc = vv_subject_open(&s, &t, NULL, err)) < 0) return rc;
	if (t.root.kind != VV_KIND_TABLE) {
		rc = vv_fail(err, VV_EUSAGE, "'%s' is kept as a file: it has no columns",
			     vv_text_shows(c->argv[0]));
	} else if (o->infer) {
		rc = infer_schema(&s, &t, err);
	} else if (is_edit(o)) {
		rc = edit_package(o, &s, &t, err);
	} else if (t.root.schema.data) {
		rc = show_json(t.root.schema.data, t.root.schema.len, err);
	} else {
		rc = show_json("{}", 2, err);
	}
	return rc;
}

static const vv_absent_option absent[] = {
	{"set types column-type dtype", .use = "--type"},
	{"pk primary-key", .use = "--key"},
	{"na null", .use = "--missing"},
	{.names = NULL},
};

const vv_command vv_cmd_schema = {
	.name = "schema",
	.group = "look",
	.summary = "show the Table Schema of the columns, or change it in datapackage.json",
	.usage = "[[URL#]REV:]PATH | CID\n[--type COL=TYPE] [--number COL=EXAMPLE] [--key A,B] ["
		 "--missing [COL=]TEXT] PATH\n--infer "
		 "[REV:]PATH | CID",
	.example = "$ varve schema --type id=string --key id prices.csv\n"
		   "wrote datapackage.json; 'varve add datapackage.json' and 'varve commit' "
		   "record it; no row is stored again",
	.options = table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.takes = "one PATH, REV:PATH or CID",
	.least = 1,
	.most = 1,
	.check = check_schema,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_READER,
	.urls = VV_URLS_VERSIONS,
	.gets = true,
	.run = run_schema,
};
