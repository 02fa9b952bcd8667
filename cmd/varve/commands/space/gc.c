/*
 * gc: makes the store smaller: removes blocks that no version needs any more, after a time of
 * grace.
 */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/gc.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/remotes/reach.h"
#include "lib/space/gc.h"
#include "lib/space/remote_gc.h"
#include "repo/git/history/history.h"

typedef struct options {
	bool dry_run, quiet, automatic;
	const char *prune, *format, *remote;
	uint64_t timeout;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "auto", automatic,
		 "only if there is much to gain and no other process is writing"),
	OPT_FLAG('n', "dry-run", dry_run, "only print what would be done"),
	OPT_MAYBE_STRING(
		0, "prune", prune, "WHEN", "now",
		"remove data that has been unused for this long: now, never, 3.days, 2.weeks"),
	OPT_MAYBE_ONCE(0, "remote", remote, "NAME", "",
		       "repack the blocks on a Git host or in its store instead"),
	OPT_POSITIVE(
		0, "timeout", timeout, "SECONDS",
		"with --remote: stop waiting for the other side after this long without a byte "
		"(default: varve.timeout, or 10 for the first byte, then 60)"),
	OPT_JSON("the output format"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

static const vv_option_rule option_rules[] = {
	{"--timeout", .requires = "--remote"},
	{"--remote", .excludes = "--auto --json"},
	{NULL, NULL, NULL},
};

#define DAY 86400u
#define LOOSE_MAX 100u /* by --auto */

/* "now", "never", "3.days", "3.days.ago", "2w": Git's form of such times, limited to plain
 * lengths. */
static bool parse_grace(uint64_t *out, const char *text)
{
	static const struct {
		const char *unit;
		uint64_t seconds;
	} units[] = {{"second", 1},     {"minute", 60},      {"hour", 3600},     {"day", DAY},
		     {"week", 7 * DAY}, {"month", 30 * DAY}, {"year", 365 * DAY}};
	size_t digits = strspn(text, "0123456789"), len;
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
	if (!vv_parse_u64(&n, text, digits) || n > 100000) return false;
	unit += *unit == '.' || *unit == ' ';
	vv_array_each(units, sizeof(units) / sizeof(units[0]), it) {
		len = strlen(it->unit);
		if (strncmp(unit, it->unit, len) == 0 ||
		    (unit[0] == it->unit[0] && unit[1] == '\0')) {
			unit += unit[1] == '\0' ? 1 : len;
			unit += *unit == 's';
			*out = n * it->seconds;
			return *unit == '\0' || strcmp(unit + 1, "ago") == 0;
		}
	}
	return false;
}

static vv_status print_json(const vv_gc_run *run, vv_error *err)
{
	const vv_gc_result *g = &run->result;
	/* what a dry run would set aside */
	const bool is_planned = run->dry_run && g->aside_blocks > 0;

	return vv_out_object(
		2, err, {JSON_BOOL("dryRun", run->dry_run)},
		{JSON_NUMBER("versions", run->versions)},
		{JSON_NUMBER("bytesBefore", g->bytes_before)},
		{JSON_NUMBER("bytesAfter", g->bytes_after)},
		{JSON_NUMBER("liveBlocks", g->live_blocks)},
		{JSON_NUMBER("liveBytes", g->live_bytes)},
		{JSON_NUMBER("asideBlocks", is_planned ? g->aside_blocks : run->aside.blocks)},
		{JSON_NUMBER("asideBytes", is_planned ? g->aside_bytes : run->aside.bytes)},
		{JSON_TIME("asideUntil", run->aside.until)},
		{JSON_TIME("youngUntil", g->young_until)},
		{JSON_NUMBER("droppedBlocks", g->dropped_blocks)},
		{JSON_NUMBER("droppedBytes", g->dropped_bytes)});
}

/* --auto: only when much can be saved; prints the reason when it does nothing. */
static vv_status is_due(const options *o, vv_repository *repo, bool *due, vv_error *err)
{
	vv_auto(vv_auto_gc) gc = {0};
	vv_status rc = vv_auto_gc_look(&gc, repo, err);

	*due = rc == VV_OK && (gc.wanted || gc.failed);
	if (rc == VV_OK && !*due && !o->quiet) {
		if (gc.off) {
			vv_note("nothing was done: %s", gc.off);
		} else {
			vv_note("nothing was done: the store has %s, and --auto runs gc only above %s",
				vv_text_bytes(gc.bytes), vv_text_bytes(gc.limit));
		}
	}
	return rc;
}

static int check_gc(const vv_context *c)
{
	const options *o = c->options;
	uint64_t grace;

	return !o->prune || parse_grace(&grace, o->prune)
		       ? VV_EXIT_OK
		       : vv_usage_error(
				 "--prune requires now, never, or a time such as 3.days, not '%s'",
				 vv_text_shows(o->prune));
}

static void print_host(const options *o, const vv_host_compacted *r, const char *name)
{
	if (!r->changed) {
		vv_note("%s: %s, %s: nothing to gain", vv_text_shows(name),
			vv_text_counted(r->packs_before, "pack", NULL),
			vv_text_bytes(r->bytes_before));
	} else if (o->dry_run) {
		vv_note("%s: %s, %s: would become fewer", vv_text_shows(name),
			vv_text_counted(r->packs_before, "pack", NULL),
			vv_text_bytes(r->bytes_before));
	} else {
		vv_note("%s: %s, %s -> %s, %s", vv_text_shows(name),
			vv_text_counted(r->packs_before, "pack", NULL),
			vv_text_bytes(r->bytes_before),
			vv_text_counted(r->packs_after, "pack", NULL),
			vv_text_bytes(r->bytes_after));
	}
	if (r->dropped > 0) {
		const char *them = r->dropped == 1 ? "it" : "them";

		vv_note("%s %s left out, as no ref there needs %s; the earlier commits of the blocks' ref keep %s",
			vv_text_counted(r->dropped, "block", NULL),
			o->dry_run        ? "would be"
			: r->dropped == 1 ? "is"
					  : "are",
			them, them);
	}
}

/* A place of more than one kind of file: "3 versions, 2 packs, 1.2 MB". */
static const char *files_text(char out[96], const vv_host_files *f)
{
	(void)snprintf(out, 96, "%s, %s, %s", vv_text_counted(f->versions, "version", NULL),
		       vv_text_counted(f->packs, "pack", NULL), vv_text_bytes(f->bytes));
	return out;
}

/* Prints the old versions of files that a bucket with versioning or object lock keeps. */
static void print_kept(const vv_host_old *old)
{
	vv_auto(vv_buf) why = VV_BUF_INIT;

	if (old->hidden) {
		vv_remote_gc_old_put(&why, old);
		vv_note("%s", vv_buf_cstr(&why));
	} else if (old->left > 0) {
		vv_note("the bucket keeps %s of files (%s), which take space until a lifecycle rule "
			"of the bucket removes them",
			vv_text_counted(old->left, "old version", NULL), vv_text_bytes(old->bytes));
	}
}

static void print_store(const options *o, const vv_host_swept *s, const char *place)
{
	const bool waits = s->removable > 0 && s->condemned.versions + s->condemned.packs == 0;
	const bool nothing = s->merged + s->removed.versions + s->removed.packs +
				     s->condemned.versions + s->condemned.packs ==
			     0;
	vv_auto(vv_buf) name = VV_BUF_INIT; /* "=NAME", as the user gave it */
	char text[96];

	if (*o->remote) {
		vv_buf_putc(&name, '=');
		vv_text_put_word(&name, o->remote);
	}
	vv_note("%s: %s%s", vv_text_url(place), files_text(text, &s->before),
		nothing && !waits
			? s->young_packs > 0 ? ": nothing to gain yet" : ": nothing to gain"
			: "");
	if (s->removed.versions + s->removed.packs > 0) {
		vv_note("%s: %s", o->dry_run ? "would be removed" : "removed",
			files_text(text, &s->removed));
		print_kept(&s->old);
	}
	if (s->merged > 0 && o->dry_run) {
		vv_note("would be combined: %s", vv_text_counted(s->merged, "pack", NULL));
	} else if (s->merged > 0) {
		vv_note("combined: %s into %s", vv_text_counted(s->merged, "pack", NULL),
			vv_text_counted(s->made, "pack", NULL));
	}
	if (s->condemned.versions + s->condemned.packs > 0) {
		vv_note("%s: %s", o->dry_run ? "garbage" : "to be removed",
			files_text(text, &s->condemned));
	}
	if (s->removable > 0) {
		vv_note(waits ? "the garbage found can be removed%s after %s"
			      : "'varve gc --remote%s' removes it after %s",
			waits ? "" : vv_buf_cstr(&name),
			vv_text_time(s->removable, VV_TIME_MINUTE));
	}
	if (nothing && s->young_packs > 0) {
		char last[96] = "";

		if (s->young_until > s->young_from) {
			(void)snprintf(last, sizeof(last), " (the last after %s)",
				       vv_text_time(s->young_until, VV_TIME_MINUTE));
		}
		vv_note("%s too recent to be combined: 'varve gc --remote%s' can combine or remove %s "
			"after %s%s, 'varve gc --remote%s --prune=now' at once",
			vv_text_counted(s->young_packs, "pack is", "packs are"), vv_buf_cstr(&name),
			s->young_packs == 1 ? "it" : "them",
			vv_text_time(s->young_from, VV_TIME_MINUTE), last, vv_buf_cstr(&name));
	}
	if (s->young > 0) {
		vv_note("%s that no ref reaches %s less than an hour old, and %s until the hour is over",
			vv_text_counted(s->young, "version", NULL), s->young == 1 ? "is" : "are",
			s->young == 1 ? "stays" : "stay");
	}
	if (s->incomplete > 0) {
		vv_warn("%s of the history %s incomplete there",
			vv_text_counted(s->incomplete, "version", NULL),
			s->incomplete == 1 ? "is" : "are");
		vv_note("hint: 'varve push --blocks' in a clone that has all data adds the missing blocks");
	}
}

/* --remote: the packs on a Git host, or in a store. */
static vv_status run_remote(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_remote_gc gc = {.has_grace = o->prune != NULL, .dry_run = o->dry_run};
	vv_auto(char) *name = NULL;
	vv_auto(vv_head) head = {0};
	vv_auto(vv_remote) m = {0};
	vv_auto(vv_string_list) urls = {0};
	vv_auto(vv_transfer) t = {0};
	vv_auto(vv_reached) there = {0};
	vv_status rc;

	if (o->prune) {
		(void)parse_grace(&gc.grace_sec, o->prune);
	}
	if ((rc = vv_head_read(c->repo, &head, err)) < 0) return rc;
	if ((!*o->remote && (rc = vv_remote_default(&name, c->repo, head.branch, true, err)) < 0) ||
	    (rc = vv_remote_find(&m, c->repo, *o->remote ? o->remote : name, err)) < 0 ||
	    (rc = vv_remote_push_urls(&urls, c->repo, &m, err)) < 0 ||
	    /* the first one of several, and its refs, which may not be those that fetches read */
	    (urls.count > 0 && (rc = vv_remote_push_at(&m, c->repo, urls.items[0], err)) < 0) ||
	    (rc = vv_transfer_open(&t, c->repo, &vv_notes_stderr, o->quiet, o->timeout, err)) < 0 ||
	    (rc = vv_reach_as_host(&there, &t, &m, true, false, err)) < 0) {
		return rc;
	}
	if (!there.host) {
		return vv_fail(err, VV_EUSAGE,
			       "--remote is for Git hosts without varve, and %s is not one\n"
			       "'varve -C %s gc' does it, on the machine that has it",
			       vv_text_url(m.url), vv_hint_path(vv_text_url(m.url)));
	}
	gc.remote = &m;
	gc.notes = &vv_notes_stderr;
	rc = vv_remote_gc_run(&gc, c->repo, there.host, err);
	if (rc == VV_OK && !o->quiet && gc.is_store) {
		print_store(o, &gc.swept, gc.place);
	} else if (rc == VV_OK && !o->quiet) {
		print_host(o, &gc.compacted, m.name ? m.name : m.url);
	}
	return rc;
}

static vv_status run_gc(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_gc_run g = {
		.dry_run = o->dry_run, .gentle = o->automatic, .has_grace = o->prune != NULL};
	bool due = true;
	vv_status rc = VV_OK;

	if (o->remote) return run_remote(c, err);
	if (o->automatic) {
		g.loose_max = LOOSE_MAX;
	}
	if (o->prune) {
		(void)parse_grace(&g.grace_sec, o->prune); /* looked at by check_gc */
	}
	if ((!o->automatic || (rc = is_due(o, c->repo, &due, err)) == VV_OK) && due &&
	    (rc = vv_gc_run_all(&g, c->repo, err)) == VV_OK) {
		if (vv_wants_json(o->format)) {
			rc = print_json(&g, err);
		} else if (!o->quiet) {
			vv_gc_print(&g);
		}
	}
	if (rc == VV_ELOCKED && o->automatic) {
		if (!o->quiet) {
			vv_note("nothing was done: %s", err->message);
		}
		return VV_OK;
	}
	return rc;
}

static const vv_absent_option absent[] = {
	/* of DVC, which removes what its options do not name; gc keeps all versions */
	{"w a A T workspace all-branches all-commits all-tags", .use = ""},
	{"now", .use = "--prune=now"},
	{.names = NULL},
};

const vv_command vv_cmd_gc = {
	.name = "gc",
	.group = "care",
	.summary = "repack the store, and remove blocks that no version needs",
	.usage = "[--dry-run | --auto] [--prune[=WHEN]] [--json]\n--remote[=NAME] [--dry-run] "
		 "[--prune[=WHEN]]",
	.example = "$ varve gc\nin use: 1,204 blocks, 1.4 MB, for 60 versions of tables\nstore: "
		   "3.1 MB -> 1.4 MB",
	.options = table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "",
	.takes = "",
	.rules = option_rules,
	.check = check_gc,
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_gc,
};
