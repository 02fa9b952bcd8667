/*
 * drop: room on this disk, where others keep the data.
 */
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/frame/typed_left.h"
#include "cmd/frame/typed_line.h"
#include "cmd/varve/commands.h"
#include "lib/remotes/reach.h"
#include "lib/space/drop.h"

#define SHOWN_MAX 5u /* versions that stay, by name */

typedef struct options {
	vv_drop drop;
	bool quiet;
	uint64_t copies, timeout;
	vv_strings from;
	const char *format;
} options;

static const vv_option table[] = {
	OPT_FLAG(
		0, "history", drop.history,
		"instead of a revision: all versions except those at the tip of a branch, remote-tracking branch or tag"),
	OPT_POSITIVE(
		0, "copies", copies, "N",
		"drop only versions with at least N copies elsewhere (default: 1); each holder of a vault counts"),
	OPT_LIST(0, "from", from, "PEER",
		 "ask only this remote or URL, or the vault ('vault:'); may be repeated"),
	OPT_POSITIVE(
		0, "timeout", timeout, "SECONDS",
		"stop waiting for the other side after this long without a byte (default: varve.timeout, or 10 for the first byte, then 60)"),
	OPT_FLAG('n', "dry-run", drop.dry_run,
		 "only ask the remotes, and print what would be dropped"),
	OPT_JSON("the output format"),
	OPT_FLAG('q', "quiet", quiet, "print nothing when all was dropped"),
};

static int check_drop(const vv_context *c)
{
	const options *o = c->options;

	if (!o->drop.history && (c->argc == 0 || c->dashdash == 0)) {
		return vv_usage_error("specify the versions: a revision, A..B, or --history");
	}
	if (o->copies > UINT16_MAX) {
		return vv_usage_error("--copies requires a number from 1 to %u", UINT16_MAX);
	}
	return VV_EXIT_OK;
}

static uint64_t count_fate(const vv_drop *d, vv_drop_fate fate)
{
	uint64_t n = 0;

	vv_array_each(d->versions, d->count, version) {
		n += version->fate == fate;
	}
	return n;
}

static void tell_keepers(const vv_drop *d)
{
	const uint64_t asked = d->count - count_fate(d, VV_DROP_IN_USE) -
			       count_fate(d, VV_DROP_AWAY);

	vv_array_each(d->keepers, asked > 0 ? d->keeper_count : 0, k) {
		if (k->failed) {
			vv_out("%s: not counted: %s\n", vv_reach_shown(k->name), k->why.message);
		} else if (k->copies != 1) {
			vv_out("%s: has %s of %s, at %s\n", vv_reach_shown(k->name),
			       vv_text_count(k->versions), vv_text_counted(asked, "version", NULL),
			       vv_text_counted(k->copies, "place", NULL));
		} else {
			vv_out("%s: has %s of %s\n", vv_reach_shown(k->name),
			       vv_text_count(k->versions), vv_text_counted(asked, "version", NULL));
		}
	}
}

/* Those that stay. */
static void tell_alone(const vv_drop *d)
{
	const uint64_t alone = count_fate(d, VV_DROP_ALONE);
	uint64_t shown = 0;

	vv_array_each(d->versions, d->count, v) {
		if (v->fate == VV_DROP_ALONE && shown < SHOWN_MAX) {
			vv_out_between(shown == 0 ? "stays:\n  " : "  ", v->path, "");
			vv_out("  %s  %s\n", vv_cid_shows(&v->root),
			       vv_text_counted(v->copies, "copy", "copies"));
			shown++;
		}
	}
	if (shown < alone) {
		vv_out("  and %s more\n", vv_text_count(alone - shown));
	}
}

/* And what would help. */
static void report_alone(const vv_drop *d)
{
	const uint64_t alone = count_fate(d, VV_DROP_ALONE);
	vv_error why;

	vv_fail(&why, VV_EREFUSED,
		"%s: too few copies elsewhere (required: %u)\n"
		"'varve push' or 'varve vault replicate' copies them elsewhere; "
		"--from names other places that may have them",
		vv_text_counted(alone, "version stays", "versions stay"), d->copies);
	(void)vv_report(&why);
}

static void print_result(const options *o, const vv_drop *d)
{
	const uint64_t in_use = count_fate(d, VV_DROP_IN_USE), away = count_fate(d, VV_DROP_AWAY);

	tell_keepers(d);
	if (d->goes > 0) {
		const char *when = "when they are needed, varve fetches them";

		if (d->goes == 1) {
			when = "when it is needed, varve fetches it";
		}
		vv_out(o->drop.dry_run ? "would drop %s, about %s; %s\n" : "dropped %s, %s; %s\n",
		       vv_text_counted(d->goes, "version", NULL),
		       vv_text_bytes(d->gc.result.dropped_bytes), when);
	} else if (d->count == 0) {
		vv_out("nothing to drop: no versions of tables match\n");
	} else if (count_fate(d, VV_DROP_ALONE) == 0) {
		vv_out("nothing to drop\n");
	}
	if (in_use > 0) {
		vv_out("%s: staged, checked out or published\n",
		       vv_text_counted(in_use, "version stays", "versions stay"));
	}
	if (away > 0) {
		vv_out("%s already missing here\n",
		       vv_text_counted(away, "version was", "versions were"));
	}
	tell_alone(d);
}

static void put_keeper(vv_json_out *w, const void *item)
{
	const vv_drop_keeper *k = item;

	vv_json_put_object(w, {JSON_TEXT("name", vv_reach_shown(k->name))},
			   {JSON_NUMBER("versions", k->versions)},
			   {JSON_NUMBER("copies", k->copies)},
			   {JSON_TEXT("error", k->failed ? k->why.message : NULL)});
}

static void put_version(vv_json_out *w, const void *item)
{
	static const char *const fates[] = {"dropped", "away", "in use", "kept"};
	const vv_drop_version *v = item;

	vv_json_put_object(w, {JSON_TEXT("root", vv_cid_shows(&v->root))},
			   {JSON_TEXT("path", v->path)}, {JSON_TEXT("fate", fates[v->fate])},
			   {JSON_NUMBER("copies", v->copies)});
}

static vv_status print_json(const vv_drop *d, vv_error *err)
{
	return vv_out_object(2, err, {JSON_BOOL("dryRun", d->dry_run)},
			     {JSON_NUMBER("bytes", d->gc.result.dropped_bytes)},
			     {JSON_EACH(put_keeper, "keepers", d->keepers, d->keeper_count)},
			     {JSON_EACH(put_version, "roots", d->versions, d->count)});
}

/* "drop FILE COLUMN", as pandas has it. */
static vv_status hint_column(const vv_context *c, vv_error *err)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_typed t;

	vv_typed_read(&t, c->typed_count, c->typed);
	if (!vv_typed_put_answer(&line, VV_TYPED_DROP_COLUMN, &t)) return err->code;
	vv_hint_clear(err);
	return vv_hint(err, "%s", vv_buf_cstr(&line));
}

static vv_status run_drop(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const int first = o->drop.history ? 0 : 1;
	vv_auto(vv_drop) d = o->drop;
	char **paths = NULL;

	d.rev = o->drop.history ? NULL : c->argv[0];
	d.from = &o->from;
	d.copies = o->copies ? (unsigned)o->copies : 1;
	d.idle_sec = o->timeout;
	vv_status rc = vv_context_paths(&paths, c, first, err);

	d.paths = (const char *const *)paths;
	if (rc == VV_OK && (rc = vv_drop_run(&d, c->repo, &vv_notes_stderr, err)) == VV_OK) {
		if (count_fate(&d, VV_DROP_ALONE) > 0) {
			c->code = VV_EXIT_NO;
		}
		if (vv_wants_json(o->format)) {
			rc = print_json(&d, err);
		} else if (!o->quiet || c->code == VV_EXIT_NO) {
			print_result(o, &d);
		}
		if (c->code == VV_EXIT_NO) {
			report_alone(&d);
		}
	}
	vv_context_paths_free(paths);
	if (rc == VV_ENOTFOUND &&
	    vv_array_find(c->argv, (size_t)c->argc, it, vv_exists(*it)) != NULL) {
		return hint_column(c, err);
	}
	return rc;
}

static const vv_absent_option absent[] = {
	{"column columns col cols", .line = "varve cat FILE --columns=-VALUE -o FILE",
	 .drops = true},
	{"row rows index", .line = "varve delete FILE VALUE", .drops = true},
	{.names = NULL},
};

const vv_command vv_cmd_drop = {
	.name = "drop",
	.absent = absent,
	.group = "care",
	.summary = "remove local data of versions that others have",
	.usage = "REV|A..B [PATH...]\n--history [PATH...]",
	.example =
		"$ varve drop --history\norigin: has 2 of 2 versions\ndropped 2 versions, 15.8 kB; when "
		"they "
		"are needed, varve fetches them",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "ref",
	.check = check_drop,
	.needs = VV_NEEDS_REPOSITORY,
	.exit_codes = "some versions stay, since too few others have them",
	.run = run_drop,
};
