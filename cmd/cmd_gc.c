/*
 * gc: the store made small: what no version needs any more goes, after a time of grace.
 */
#include <stddef.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/commands.h"
#include "cmd/output.h"
#include "cmd/worktree.h"
#include "repo/history.h"
#include "repo/keep.h"

typedef struct options {
	bool dry_run, quiet;
	const char *prune, *format;
} options;

static const vv_option table[] = {
	{"dry-run", 'n', VV_OPT_FLAG, offsetof(options, dry_run), NULL, NULL,
	 "only say what would be done", NULL},
	{"prune", 0, VV_OPT_STRING, offsetof(options, prune), "WHEN", NULL,
	 "remove what has been unused for so long: now, never, 3.days, 2.weeks", "now"},
	{"json", 0, VV_OPT_STRING, offsetof(options, format), NULL, NULL, "short for --format json",
	 "json"},
	{"format", 0, VV_OPT_STRING, offsetof(options, format), "FORMAT", "text|json",
	 "how to write the result", NULL},
	{"quiet", 'q', VV_OPT_FLAG, offsetof(options, quiet), NULL, NULL,
	 "say nothing when all went well", NULL},
};

#define DAY 86400u
#define TEMP_NAME ".varve-tmp-" /* base/file's */
#define TEMP_SECONDS 3600
#define DAYS_DEFAULT 14u

/* "now", "never", "3.days", "3.days.ago", "2w": as Git writes such times, as far as they
 * are plain lengths. */
static bool parse_grace(uint64_t *out, const char *text)
{
	static const struct {
		const char *unit;
		uint64_t seconds;
	} units[] = {{"second", 1},     {"minute", 60},      {"hour", 3600},     {"day", DAY},
		     {"week", 7 * DAY}, {"month", 30 * DAY}, {"year", 365 * DAY}};
	size_t digits = strspn(text, "0123456789"), i, len;
	const char *unit = text + digits;
	uint64_t n;

	if (strcmp(text, "now") == 0 || strcmp(text, "all") == 0) {
		*out = 0;
		return true;
	}
	if (strcmp(text, "never") == 0) {
		*out = UINT64_MAX;
		return true;
	}
	if (!vv_parse_u64(&n, text, digits) || n > 100000) {
		return false;
	}
	unit += *unit == '.' || *unit == ' ';
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		len = strlen(units[i].unit);
		if (strncmp(unit, units[i].unit, len) == 0 ||
		    (unit[0] == units[i].unit[0] && unit[1] == '\0')) {
			unit += unit[1] == '\0' ? 1 : len;
			unit += *unit == 's';
			*out = n * units[i].seconds;
			return *unit == '\0' || strcmp(unit + 1, "ago") == 0;
		}
	}
	return false;
}

static void put_number(vv_json_out *w, const char *name, uint64_t v)
{
	vv_json_name(w, name);
	vv_json_u64(w, v);
}

static vv_status print_json(const options *o, const vv_gc_result *g, uint64_t versions,
			    vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_json_out w;
	vv_status rc;

	vv_json_out_init(&w, &b, 2);
	vv_json_open_object(&w);
	vv_json_name(&w, "dryRun");
	vv_json_bool(&w, o->dry_run);
	put_number(&w, "versions", versions);
	put_number(&w, "bytesBefore", g->bytes_before);
	put_number(&w, "bytesAfter", g->bytes_after);
	put_number(&w, "liveBlocks", g->live_blocks);
	put_number(&w, "liveBytes", g->live_bytes);
	put_number(&w, "asideBlocks", g->aside_blocks);
	put_number(&w, "asideBytes", g->aside_bytes);
	put_number(&w, "droppedBlocks", g->dropped_blocks);
	put_number(&w, "droppedBytes", g->dropped_bytes);
	vv_json_close_object(&w);
	if ((rc = vv_buf_ok(&b, err)) == VV_OK) {
		vv_out("%s\n", vv_buf_cstr(&b));
	}
	vv_buf_clear(&b);
	return rc;
}

static void print_text(const options *o, const vv_gc_result *g, uint64_t versions, uint64_t grace)
{
	vv_out("in use: %s blocks, %s, for %s %s of datasets\n", vv_text_count(g->live_blocks),
	       vv_text_bytes(g->live_bytes), vv_text_count(versions),
	       versions == 1 ? "version" : "versions");
	if (g->aside_blocks > 0) {
		vv_out("unused: %s blocks, %s", vv_text_count(g->aside_blocks),
		       vv_text_bytes(g->aside_bytes));
		if (grace == UINT64_MAX) {
			vv_out("; kept\n");
		} else {
			vv_out("; removed by a later gc, %s days after they fell out of use\n",
			       vv_text_count(grace / DAY));
		}
	}
	if (g->dropped_blocks > 0) {
		vv_out("%s: %s blocks, %s\n", o->dry_run ? "would remove" : "removed",
		       vv_text_count(g->dropped_blocks), vv_text_bytes(g->dropped_bytes));
	}
	vv_out("store: %s%s -> %s\n", o->dry_run ? "would go from " : "",
	       vv_text_bytes(g->bytes_before), vv_text_bytes(g->bytes_after));
}

/* What a killed process was about to put in a cache. A young one may be in the making. */
static vv_status sweep(const char *dir, int64_t now, vv_error *err)
{
	char **names = NULL, *path;
	size_t count = 0, i;
	vv_stat st;
	vv_error ignored;
	vv_status rc = vv_list_dir(&names, &count, dir, err);

	for (i = 0; rc == VV_OK && i < count; i++) {
		if (strncmp(names[i], TEMP_NAME, strlen(TEMP_NAME)) != 0) {
			continue;
		}
		path = vv_path_join(dir, names[i], (char *)NULL);
		if (!path) {
			rc = vv_fail_nomem(err);
		} else if (vv_lstat(&st, path, &ignored) == VV_OK && st.mtime_sec < now - TEMP_SECONDS) {
			rc = vv_unlink(path, true, err);
		}
		vv_free(path);
	}
	vv_names_free(names, count);
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

static vv_status sweep_caches(vv_repository *repo, int64_t now, vv_error *err)
{
	static const char *const folders[] = {"", "cache", "cache/scan"};
	vv_status rc = VV_OK;
	size_t i;

	for (i = 0; rc == VV_OK && i < sizeof(folders) / sizeof(folders[0]); i++) {
		char *dir = vv_path_join(vv_repository_varvedir(repo), folders[i], (char *)NULL);

		rc = dir ? sweep(dir, now, err) : vv_fail_nomem(err);
		vv_free(dir);
	}
	return rc;
}

static int run_gc(void *p, int argc, char **argv)
{
	options *o = p;
	vv_repository *repo = NULL;
	vv_store *store;
	vv_gc_options go;
	vv_gc_result result;
	vv_keep keep;
	uint64_t days, packed;
	uint32_t nsec;
	vv_error err;
	vv_status rc;

	if (argc > 0) {
		return vv_usage_error("gc takes no arguments, not '%s'", vv_text_shows(argv[0]));
	}
	memset(&go, 0, sizeof(go));
	memset(&result, 0, sizeof(result));
	memset(&keep, 0, sizeof(keep));
	if (o->prune && !parse_grace(&go.grace_sec, o->prune)) {
		return vv_usage_error("--prune takes now, never, or a time as 3.days, not '%s'",
				      vv_text_shows(o->prune));
	}
	if ((rc = vv_repository_open(&repo, NULL, &err)) < 0 ||
	    (rc = vv_config_u64(repo, "varve.gcdays", DAYS_DEFAULT, &days, &err)) < 0 ||
	    (rc = vv_repository_store(repo, &store, &err)) < 0) {
		goto done;
	}
	if (!o->prune) {
		go.grace_sec = days > 100000 ? UINT64_MAX : days * DAY;
	}
	vv_now(&go.now_sec, &nsec);
	go.dry_run = o->dry_run;
	go.progress = keep.progress = vv_progress_begin();
	keep.repo = repo;
	if ((rc = vv_store_gc(store, &go, vv_keep_mark, &keep, &result, &err)) < 0) {
		goto done;
	}
	if (!o->dry_run && ((rc = sweep_caches(repo, go.now_sec, &err)) < 0 ||
			    (rc = vv_git_pack_loose(repo, 0, &packed, &err)) < 0)) {
		goto done;
	}
	vv_progress_end();
	if (o->format && strcmp(o->format, "json") == 0) {
		rc = print_json(o, &result, keep.roots, &err);
	} else if (!o->quiet) {
		print_text(o, &result, keep.roots, go.grace_sec);
	}
done:
	vv_repository_close(repo);
	return rc < 0 ? vv_report_trouble(&err) : VV_EXIT_OK;
}

const vv_command vv_cmd_gc = {
	.name = "gc",
	.group = "care",
	.summary = "make the store small, and remove what no version needs any more",
	.usage = "[--dry-run] [--prune[=WHEN]] [--json]",
	.example = "$ varve gc\nin use: 1,204 blocks, 1.4 MB, for 60 versions of datasets\nstore: "
		   "3.1 MB -> 1.4 MB",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "",
	.run = run_gc,
};
