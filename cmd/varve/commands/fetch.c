/*
 * fetch: gets the commits and blocks of other repositories.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json/json_list.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "dataset/format/dialect.h"
#include "lib/space/room.h"
#include "lib/sync/fetch_data.h"
#include "lib/sync/fetch_run.h"
#include "lib/sync/needed.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/index/index.h"
#include "repo/git/pointer.h"

typedef struct options {
	vv_fetch_job job; /* of each remote a copy */
	bool all;
	const char *cid, *format;
} options;

/* The fetch's data, and its report in JSON. */
typedef struct report {
	vv_json_out *json; /* an array of remotes; NULL: text */
	bool refused;
	const vv_fetch_data *data; /* NULL: nothing was requested by --data */
} report;

static const vv_option table[] = {
	OPT_FLAG(0, "all", all, "fetch from every remote"),
	OPT_LIST(0, "from", job.from, "PEER",
		 "get blocks from this remote or URL as well; may be repeated"),
	OPT_FLAG(
		0, "data", job.full,
		"get only data: that of a commit (default: HEAD) or of A..B, at these paths; with --all, of every version"),
	OPT_ONCE(0, "cid", cid, "CID", "get only one table, by its root's CID"),
	OPT_FLAG('t', "tags", job.tags, "also get all tags"),
	OPT_FLAG(0, "no-tags", job.no_tags, "do not get tags"),
	OPT_FLAG('p', "prune", job.prune,
		 "remove remote-tracking branches that no longer exist at the remote"),
	OPT_FLAG('f', "force", job.force, "move refs even if the update is not a fast-forward"),
	OPT_FLAG(0, "allow-missing", job.allow_missing,
		 "accept a version even if no peer has all of its blocks"),
	OPT_POSITIVE(
		0, "timeout", job.idle_sec, "SECONDS",
		"stop waiting for a peer after this long without a byte (default: varve.timeout, or 10 for the first byte, then 60)"),
	OPT_FLAG('v', "verbose", job.verbose,
		 "also show how many blocks arrived, and from which peers"),
	OPT_FLAG('q', "quiet", job.quiet, "print nothing on success"),
	OPT_JSON("the output format"),
};

static const vv_option_rule option_rules[] = {
	{"--all", .excludes = "REMOTE"},
	{"--data", .excludes = "--cid --tags --no-tags --prune --force --allow-missing"},
	{"--cid", .excludes = "--format"},
	{NULL, NULL, NULL},
};

/* Does a table's pointer lie in its place? */
static bool is_pointer_only(vv_repository *r, const vv_index_entry *e)
{
	vv_auto(char) *file = S_ISREG(e->mode) ? vv_repository_file(r, e->path) : NULL;
	vv_stat st;

	return file && vv_lstat(&st, file, VV_IGNORED) == VV_OK &&
	       vv_dataset_reader_is_left(file, &st, &e->id);
}

/* After a plain 'git clone' or 'git pull' the blocks are here now, but the files are still
 * pointers. */
static void tell_pointers(vv_context *c)
{
	vv_auto(char) *first = NULL, *folder = NULL;
	size_t count = 0;

	if (!vv_repository_is_bare(c->repo) &&
	    vv_context_need(c, VV_NEEDS_READER | VV_NEEDS_INDEX, VV_IGNORED) == VV_OK) {
		for (vv_index_entry e = {0}; vv_index_next(c->index, &e);) {
			if (is_pointer_only(c->repo, &e) && count++ == 0) {
				first = vv_strdup(e.path);
			}
		}
	}
	if (count == 1 && first) {
		vv_note("hint: 1 table of the work tree is a pointer only: 'varve restore %s' writes "
			"the data",
			vv_hint_path(first));
	} else if (count > 0 && vv_worktree_prefix(&folder, c->repo, VV_IGNORED) == VV_OK) {
		vv_note("hint: %s tables of the work tree are pointers only: 'varve restore %s' "
			"writes the data, and discards all unstaged edits",
			vv_text_count(count), *folder ? ":/" : ".");
	}
}

static const char *move_state(const vv_ref_move *m)
{
	if (m->refused) return "refused";
	if (m->behind) return "behind";
	return vv_oid_equal(&m->old, &m->id) ? "same" : "moved";
}

static void put_ref(vv_json_out *w, const void *item)
{
	const vv_ref_move *m = item;

	vv_json_put_object(w, {JSON_TEXT("from", m->from)}, {JSON_TEXT("to", m->to)},
			   {JSON_OID("old", &m->old)}, {JSON_OID("new", &m->id)},
			   {JSON_TEXT("state", move_state(m))});
}

void vv_fetch_json(vv_json_out *w, const char *name, const vv_fetch_job *j, const char *error)
{
	vv_json_put_object(
		w, {JSON_URL("remote", name ? name : j->name)}, {JSON_URL("url", j->url)},
		{JSON_EACH(put_ref, "refs", j->plan.moves, j->plan.count)},
		{JSON_NUMBER("commits", j->sum.commits)},
		{JSON_NUMBER("versions", j->sum.versions)}, {JSON_NUMBER("blocks", j->sum.blocks)},
		{JSON_NUMBER("bytes", j->sum.bytes)}, {JSON_NUMBER("lineBytes", j->sum.line)},
		{JSON_NUMBER("missingBlocks", j->missing)},
		{JSON_NUMBER("elsewhere", j->elsewhere)}, {JSON_TEXT("error", error)});
}

static void put_data(vv_json_out *w, const void *value)
{
	const vv_fetch_data *data = value;

	if (data) {
		vv_json_put_object(w, {JSON_NUMBER("versions", data->versions)},
				   {JSON_NUMBER("fetched", data->fetched)});
	} else {
		vv_json_null(w);
	}
}

static vv_status print_json(const vv_buf *remotes, const vv_fetch_data *data, vv_error *err)
{
	const vv_status rc = vv_buf_ok(remotes, err);

	return rc < 0 ? rc
		      : vv_out_object(2, err, {JSON_RAW("remotes", remotes->data)},
				      {JSON_BY(put_data, "data", data)});
}

static vv_status fetch_one(vv_context *c, const char *remote, char **specs, int count, report *rep,
			   vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_fetch_job) j = o->job;

	j.repo = c->repo;
	j.remote = remote;
	j.specs = specs;
	j.spec_count = count;
	j.quiet |= rep->json != NULL;
	vv_status rc = vv_fetch_job_run(&j, err);
	rc = rc < 0 ? rc : vv_room_keep(c->repo, &vv_notes_stderr, j.quiet, err);
	rep->refused |= j.refused || j.behind || (rc == VV_OK && j.missing > 0);
	if (rc == VV_OK && j.mended && !o->job.quiet) {
		tell_pointers(c);
	}
	if (rep->json) {
		vv_fetch_json(rep->json, remote, &j, rc < 0 ? err->message : NULL);
	}
	return rc;
}

/* Fetches the rest: versions that came by git alone, or were dropped since others keep them. */
static vv_status fetch_rest(vv_context *c, vv_fetch_data *f, bool quiet, vv_error *err)
{
	const options *o = c->options;
	*f = (vv_fetch_data){
		.repo = c->repo, .all = true, .from = &o->job.from, .idle_sec = o->job.idle_sec};
	vv_status rc = vv_fetch_data_run(f, NULL, err);

	if (rc == VV_OK && f->fetched > 0 && !quiet) {
		vv_note("%s fetched", vv_text_counted(f->fetched, "more version", "more versions"));
		tell_pointers(c);
	}
	return rc;
}

static vv_status fetch_all(vv_context *c, report *rep, vv_fetch_data *data, vv_error *err)
{
	const options *o = c->options;
	const bool quiet = o->job.quiet || rep->json;
	vv_auto(vv_string_list) names = {0};
	size_t failed = 0;
	vv_error first = {0}, why;
	vv_status rc = vv_remote_names(&names, c->repo, err);

	if (rc < 0) return rc;
	vv_array_each(names.items, names.count, name) {
		if (!quiet) {
			vv_note("fetching %s", vv_text_shows(*name));
		}
		if (fetch_one(c, *name, NULL, 0, rep, &why) == VV_OK) {
			continue;
		}
		if (failed++ == 0) {
			first = why;
			vv_prefix(&first, "%s", vv_text_shows(*name));
		} else {
			vv_notes_warn(&vv_notes_stderr, "%s: %s", vv_text_shows(*name),
				      why.message);
		}
	}
	if (failed > 0) return vv_error_copy(err, &first);
	if (!o->job.full) return VV_OK;
	rep->data = data;
	return fetch_rest(c, data, quiet, err);
}

static vv_status fetch_data(vv_context *c, vv_fetch_data *f, bool quiet, vv_error *err)
{
	const options *o = c->options;
	const int first = c->argc > 0 && c->dashdash != 0 ? 1 : 0;
	char **paths = NULL;
	vv_status rc = vv_context_paths(&paths, c, first, err);

	*f = (vv_fetch_data){.repo = c->repo,
			     .rev = first > 0 ? c->argv[0] : NULL,
			     .paths = (const char *const *)paths,
			     .from = &o->job.from,
			     .idle_sec = o->job.idle_sec};
	if (rc == VV_OK && (rc = vv_fetch_data_run(f, NULL, err)) == VV_OK && !quiet) {
		const char *what = f->fetched < f->versions ? ": missing ones were fetched"
							    : ": fetched";

		if (f->versions == 0) {
			what = " to fetch";
		} else if (f->fetched == 0) {
			what = ": all blocks already existed here";
		}
		vv_note("%s%s",
			vv_text_counted(f->versions, "version of a table", "versions of tables"),
			what);
	}
	if (rc == VV_OK && f->fetched > 0 && !quiet) {
		tell_pointers(c);
	}
	vv_context_paths_free(paths);
	return rc;
}

static int check_fetch(const vv_context *c)
{
	const options *o = c->options;

	if (o->job.full && c->dashdash > 1) {
		return vv_usage_error("--data accepts one REV, or A..B, before '--'");
	}
	if (o->job.full && c->argc > 0 && c->dashdash != 0 && vv_exists(c->argv[0]) &&
	    vv_ending_of(c->argv[0])) {
		vv_auto(vv_buf) line = VV_BUF_INIT;

		vv_text_put_argv(&line, c->argc, c->argv);
		return vv_usage_error("a version comes before the path: varve fetch --data HEAD%s",
				      vv_buf_cstr(&line));
	}
	if (o->job.full && o->job.from.count > VV_NEEDED_FROM_MAX) {
		return vv_usage_error("--from: at most %u peers with --data", VV_NEEDED_FROM_MAX);
	}
	return o->cid && c->argc > 1 ? vv_usage_error("--cid accepts one remote at most")
				     : VV_EXIT_OK;
}

static vv_status run_fetch(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const char *remote = c->argc > 0 ? c->argv[0] : NULL;
	const bool json = vv_wants_json(o->format);
	vv_auto(vv_buf) remotes = VV_BUF_INIT;
	vv_json_out w = vv_json_begin_array(&remotes, 0);
	report rep = {.json = json ? &w : NULL};
	vv_fetch_data data;
	vv_error ignored;
	vv_status rc;

	if (o->cid) {
		rc = vv_fetch_one_cid(c->repo, o->cid, remote, &o->job.from, o->job.quiet,
				      o->job.idle_sec, err);
	} else if (o->job.full && !o->all) {
		rep.data = &data;
		rc = fetch_data(c, &data, o->job.quiet || json, err);
	} else if (o->all) {
		rc = fetch_all(c, &rep, &data, err);
	} else {
		rc = fetch_one(c, remote, c->argv + 1, c->argc > 1 ? c->argc - 1 : 0, &rep, err);
	}
	vv_json_close_array(&w);
	if (json && (rc == VV_OK || o->all)) {
		vv_status printed = print_json(&remotes, rep.data, rc == VV_OK ? err : &ignored);

		rc = rc == VV_OK ? printed : rc;
	}
	if (rc == VV_OK) {
		vv_context_gc_after(c, o->job.quiet);
	}
	c->code = rep.refused ? VV_EXIT_NO : VV_EXIT_OK;
	return rc;
}

static const vv_absent_option absent[] = {
	{"r remote", .use = ""},
	{"j jobs", .line = "varve fetch ARGS", .drops = true},
	{"unshallow", .line = "git fetch --unshallow && varve fetch ARGS"},
	{.names = NULL},
};

const vv_command vv_cmd_fetch = {
	.name = "fetch",
	.group = "peers",
	.summary = "get commits and blocks from another repository",
	.usage = "[--from PEER]... [-p] [-t | --no-tags] [-f] [REMOTE [REFSPEC...]]\n--all\n"
		 "--data [--from PEER]... [REV | A..B] [--] [PATH...]\n--data --all\n--cid CID "
		 "[REMOTE]",
	.example = "$ varve fetch\n"
		   "received 1 commit, 1 version of a table (498 B on the line, 4.2 kB/s)\n"
		   "From ../sales\n"
		   "   3f2a1bc..9d0e77a   main -> origin/main",
	.options = table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes =
		"a ref was not moved (not a fast-forward, or no copy has its signed version), or blocks are missing",
	.arguments = "ref",
	.rules = option_rules,
	.check = check_fetch,
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_fetch,
};
