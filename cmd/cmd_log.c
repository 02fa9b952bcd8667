/*
 * log: the commits, newest first.
 */
#include <stddef.h>
#include <string.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/commands.h"
#include "cmd/commit_view.h"
#include "cmd/output.h"
#include "repo/history.h"
#include "repo/repository.h"

typedef struct options {
	bool oneline, stat, all, first_parent, reverse;
	const char *format;
	const char *max_count;
	uint64_t skip;
} options;

static const vv_option table[] = {
	{"oneline", 0, VV_OPT_FLAG, offsetof(options, oneline), NULL, NULL, "one line a commit",
	 NULL},
	{"stat", 0, VV_OPT_FLAG, offsetof(options, stat), NULL, NULL,
	 "what changed: rows, columns and stored bytes of each dataset", NULL},
	{"json", 0, VV_OPT_STRING, offsetof(options, format), NULL, NULL, "short for --format json",
	 "json"},
	{"format", 0, VV_OPT_STRING, offsetof(options, format), "FORMAT", "text|json",
	 "how to write it", NULL},
	{"max-count", 'n', VV_OPT_STRING, offsetof(options, max_count), "N", NULL,
	 "at most N commits", NULL},
	{"skip", 0, VV_OPT_NUMBER, offsetof(options, skip), "N", NULL, "leave out the first N",
	 NULL},
	{"all", 0, VV_OPT_FLAG, offsetof(options, all), NULL, NULL, "from all branches and tags",
	 NULL},
	{"first-parent", 0, VV_OPT_FLAG, offsetof(options, first_parent), NULL, NULL,
	 "of merges follow only the first parent", NULL},
	{"reverse", 0, VV_OPT_FLAG, offsetof(options, reverse), NULL, NULL, "oldest first", NULL},
};

/* Arguments sorted into revisions and paths. */
typedef struct words {
	vv_range *ranges;
	size_t range_count;
	char **paths; /* NULL-ended */
	size_t path_count;
} words;

static vv_status words_init(words *w, int argc, vv_error *err)
{
	w->range_count = w->path_count = 0;
	w->ranges = vv_calloc((size_t)argc + 1, sizeof(vv_range));
	w->paths = vv_calloc((size_t)argc + 1, sizeof(char *));
	return w->ranges && w->paths ? VV_OK : vv_fail_nomem(err);
}

static void words_clear(words *w)
{
	size_t i;

	for (i = 0; i < w->path_count; i++) {
		vv_free(w->paths[i]);
	}
	vv_free(w->paths);
	vv_free(w->ranges);
}

static vv_status add_path(words *w, vv_repository *r, const char *text, vv_error *err)
{
	char *path = NULL;
	vv_status rc;

	if (vv_repository_is_bare(r)) {
		path = vv_strdup(text);
		rc = path ? VV_OK : vv_fail_nomem(err);
	} else {
		rc = vv_repository_relative(&path, r, text, err);
	}
	if (rc == VV_OK) {
		w->paths[w->path_count++] = path;
	}
	return rc;
}

/* Without "--": words are revisions until one is none and names a file; from there on
 * all are paths, as in Git. */
static vv_status sort_words(words *w, vv_repository *r, int argc, char **argv, vv_error *err)
{
	int dashdash = vv_command_dashdash(), i;
	bool paths = false;
	vv_status rc = VV_OK;

	for (i = 0; rc == VV_OK && i < argc; i++) {
		if (dashdash >= 0) {
			paths = i >= dashdash;
		}
		if (!paths) {
			rc = vv_rev_range(r, argv[i], &w->ranges[w->range_count], err);
			if (rc == VV_OK) {
				w->range_count++;
				continue;
			}
			if (dashdash >= 0 || !vv_exists(argv[i])) {
				if (rc == VV_ENOTFOUND) {
					vv_hint(err,
						"for a path that is gone from here: varve log -- %s",
						vv_text_shows(argv[i]));
				}
				return rc;
			}
			paths = true;
		}
		rc = add_path(w, r, argv[i], err);
	}
	return rc;
}

static vv_status print_all(const options *o, vv_repository *r, const words *w, uint64_t max_count,
			   vv_error *err)
{
	vv_log_options lo;
	vv_commit_view view;
	vv_log *log = NULL;
	vv_oid id;
	vv_status rc;
	int more = 0;

	memset(&lo, 0, sizeof(lo));
	memset(&view, 0, sizeof(view));
	lo.ranges = w->ranges;
	lo.range_count = w->range_count;
	lo.paths = w->path_count ? (const char *const *)w->paths : NULL;
	lo.max_count = max_count;
	lo.skip = o->skip;
	lo.all = o->all;
	lo.first_parent = o->first_parent;
	lo.reverse = o->reverse;
	view.repo = r;
	view.stat = o->stat;
	view.paths = lo.paths;
	view.style = o->format && strcmp(o->format, "json") == 0 ? VV_STYLE_JSON
		     : o->oneline                                ? VV_STYLE_ONELINE
								 : VV_STYLE_LONG;
	if ((rc = vv_decoration_read(&view.names, r, err)) < 0 ||
	    (rc = vv_log_open(&log, r, &lo, err)) < 0) {
		goto done;
	}
	vv_out("%s", view.style == VV_STYLE_JSON ? "[" : "");
	while (rc == VV_OK && !vv_out_failed() && (more = vv_log_next(log, &id, err)) > 0) {
		rc = vv_commit_print(&view, &id, err);
	}
	if (more < 0) {
		rc = (vv_status)more;
	}
	vv_out("%s", view.style == VV_STYLE_JSON ? "]\n" : "");
done:
	vv_log_close(log);
	vv_decoration_free(view.names);
	return rc;
}

/* An unborn branch has no history: said in words, not as "unknown revision HEAD". */
static vv_status check_born(vv_repository *r, vv_error *err)
{
	vv_head head;
	vv_status rc;

	if ((rc = vv_head_read(r, &head, err)) < 0) {
		return rc;
	}
	if (head.unborn) {
		const char *name = head.branch ? head.branch : "HEAD";

		rc = vv_fail(
			err, VV_ENOTFOUND, "branch '%s' has no commits yet",
			vv_text_shows(strncmp(name, "refs/heads/", 11) == 0 ? name + 11 : name));
		vv_hint(err, "'varve add FILE' and 'varve commit' make the first one");
	}
	vv_head_clear(&head);
	return rc;
}

static int run_log(void *p, int argc, char **argv)
{
	options *o = p;
	vv_repository *repo = NULL;
	char *pager = NULL;
	words w = {NULL, 0, NULL, 0};
	uint64_t max_count = 0;
	vv_error err, ignored;
	vv_status rc;

	if (o->max_count && !vv_parse_u64(&max_count, o->max_count, strlen(o->max_count))) {
		return vv_usage_error("-n takes a number, not '%s'", vv_text_shows(o->max_count));
	}
	if ((rc = vv_repository_open(&repo, NULL, &err)) < 0 ||
	    (rc = words_init(&w, argc, &err)) < 0 ||
	    (rc = sort_words(&w, repo, argc, argv, &err)) < 0) {
		goto done;
	}
	if (w.range_count == 0 && !o->all && (rc = check_born(repo, &err)) < 0) {
		goto done;
	}
	if (o->max_count && max_count == 0) {
		vv_out("%s", o->format && strcmp(o->format, "json") == 0 ? "[]\n" : "");
		goto done;
	}
	if (vv_config_string(repo, "core.pager", &pager, &ignored) < 0) {
		pager = NULL;
	}
	vv_out_page(pager);
	rc = print_all(o, repo, &w, max_count, &err);
done:
	vv_free(pager);
	words_clear(&w);
	vv_repository_close(repo);
	return rc < 0 && !vv_out_failed() ? vv_report(&err) : VV_EXIT_OK;
}

const vv_command vv_cmd_log = {
	.name = "log",
	.group = "history",
	.summary = "list the commits, newest first",
	.usage = "[--oneline | --json] [--stat] [-n N] [REV | A..B]... [--] [PATH...]",
	.example = "$ varve log --oneline --stat -n 1\n"
		   "4be1f02 (HEAD -> main) March prices\n"
		   " prices.csv | rows 47,123 -> 47,130, 20 columns; 6.8 kB stored\n"
		   " 1 file changed",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "ref",
	.run = run_log,
};
