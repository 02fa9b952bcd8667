/*
 * gc: the steps of a gc, and the file that remembers the last one: the lines
 * "bytes N" and, when one failed since, "failed SECONDS".
 */
#include "lib/space/gc.h"

#include <string.h>

#include "base/file.h"
#include "base/locks/file_lock.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/documents/kept_rows.h"
#include "repo/git/objects/receive.h"
#include "repo/known/incoming.h"
#include "repo/known/incomplete.h"
#include "repo/known/loose_pack.h"
#include "repo/known/order.h"

#define DAY 86400u
#define DAYS_DEFAULT 14u
#define DAYS_MAX 100000u
#define TEMP_NAME ".varve-tmp-" /* base/file's */
#define TEMP_SECONDS 3600
#define YOUNG_SECONDS 3600u
#define GENTLE_WAIT_MS 5000u
#define MEMORY_MAX 256u

vv_status vv_gc_grace(vv_repository *r, uint64_t *out, vv_error *err)
{
	uint64_t days;
	vv_status rc = vv_config_u64(r, "varve.gcdays", DAYS_DEFAULT, &days, err);

	if (rc == VV_OK) {
		*out = days > DAYS_MAX ? UINT64_MAX : days * DAY;
	}
	return rc;
}

/* Removes a killed process's temporary files from a cache. A young one may be in use. */
static vv_status sweep_cache(const char *dir, int64_t now, vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	vv_stat st;
	vv_status rc = vv_folder_read(&f, dir, true, err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		if (strncmp(f.name, TEMP_NAME, strlen(TEMP_NAME)) == 0 &&
		    vv_lstat(&st, f.path, VV_IGNORED) == VV_OK &&
		    st.mtime_sec < now - TEMP_SECONDS) {
			rc = vv_unlink(f.path, true, err);
		}
	}
	return rc;
}

static vv_status sweep_own(const char *dir, int64_t now, vv_error *err)
{
	static const char *const prefixes[] = {"secret-", ".varve-", TEMP_NAME, "new-"};
	vv_status rc = sweep_cache(dir, now, err);

	for (size_t i = 0; rc == VV_OK && i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		vv_temp_sweep(dir, prefixes[i]);
	}
	return rc;
}

static vv_status sweep_below(const char *dir, int64_t now, vv_error *err)
{
	vv_auto(vv_folder) folders = {0};
	vv_status rc = vv_folder_read(&folders, dir, true, err);

	while (rc == VV_OK && vv_folder_next(&folders)) {
		rc = sweep_own(folders.path, now, err); /* a file has no entries */
	}
	return rc;
}

/* The folders of all caches are in "cache", those of remotes in "host". */
static vv_status sweep_caches(vv_repository *repo, int64_t now, vv_error *err)
{
	static const struct {
		const char *name;
		bool below;
	} folders[] = {{"", false}, {"cache", true}, {"tmp", false}, {"host", true}};
	vv_status rc = sweep_cache(vv_repository_gitdir(repo), now,
				   err); /* for example FETCH_HEAD's */

	for (size_t i = 0; rc == VV_OK && i < sizeof(folders) / sizeof(folders[0]); i++) {
		vv_auto(char) *dir = vv_path_join(vv_repository_varvedir(repo), folders[i].name,
						  (char *)NULL);

		rc = dir ? sweep_own(dir, now, err) : vv_fail_nomem(err);
		if (rc == VV_OK && folders[i].below) {
			rc = sweep_below(dir, now, err);
		}
	}
	return rc < 0 ? rc : vv_kept_rows_drop(repo, err);
}

/* --- the memory -------------------------------------------------------------------- */

static char *memory_file(vv_repository *r)
{
	return vv_path_join(vv_repository_varvedir(r), "cache", "gc", (char *)NULL);
}

static bool read_number(const char *text, const char *name, uint64_t *out)
{
	const char *at = strstr(text, name);

	if (!at) return false;
	at += strlen(name);
	return vv_parse_u64(out, at, strcspn(at, "\n"));
}

void vv_gc_memory_read(vv_gc_memory *out, vv_repository *r)
{
	vv_auto(char) *file = memory_file(r);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	uint64_t failed;

	memset(out, 0, sizeof(*out));
	if (file && vv_read_regular(&text, file, MEMORY_MAX, VV_IGNORED) == VV_OK) {
		out->known = read_number(vv_buf_cstr(&text), "bytes ", &out->bytes);
		if (read_number(vv_buf_cstr(&text), "failed ", &failed) && failed <= INT64_MAX) {
			out->failed = (int64_t)failed;
		}
	}
}

void vv_gc_memory_write(const vv_gc_memory *m, vv_repository *r)
{
	vv_auto(char) *file = memory_file(r);
	vv_auto(vv_buf) text = VV_BUF_INIT;

	if (m->known) {
		vv_buf_printf(&text, "bytes %llu\n", (unsigned long long)m->bytes);
	}
	if (m->failed > 0) {
		vv_buf_printf(&text, "failed %lld\n", (long long)m->failed);
	}
	if (file && !text.failed && vv_mkdirs_above(file, VV_IGNORED) == VV_OK) {
		(void)vv_write_file(file, vv_buf_cstr(&text), text.len, false, VV_IGNORED);
	}
}

static void remember_gc(vv_repository *r, vv_store *store, vv_status rc, int64_t now)
{
	vv_store_stats stats;
	vv_gc_memory m;

	vv_gc_memory_read(&m, r);
	if (rc < 0) {
		m.failed = now;
	} else if (vv_store_stats_get(store, &stats, VV_IGNORED) == VV_OK) {
		m = (vv_gc_memory){.known = true, .bytes = stats.pack_bytes + stats.index_bytes};
	}
	vv_gc_memory_write(&m, r);
}

/* --- the run ----------------------------------------------------------------------- */

/* Is the writer lock free just now? */
static vv_status nobody_writes(vv_repository *r, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(vv_repository_varvedir(r), "writer.lock", (char *)NULL);

	vv_auto(vv_fd) fd = vv_lock(path, true, 0, err);
	return fd < 0 ? (vv_status)fd : VV_OK;
}

/* An hour; tests, which cannot wait for one, set the variable. */
static uint64_t find_young(vv_repository *r)
{
	const char *text = vv_env_get(vv_repository_env(r), "VARVE_TEST_GC_YOUNG");
	uint64_t sec;

	return text && vv_parse_u64(&sec, text, strlen(text)) ? sec : YOUNG_SECONDS;
}

static vv_status run_store(vv_gc_run *g, vv_repository *r, vv_store *store,
			   const vv_progress *progress, int64_t now, vv_error *err)
{
	vv_keep keep = {.repo = r, .progress = progress, .drop = g->drop, .unnamed = g->unnamed};
	vv_gc_options opts = {.now_sec = now,
			      .grace_sec = g->grace_sec,
			      .young_sec = find_young(r),
			      .dry_run = g->dry_run,
			      .writer_wait_ms = g->gentle ? GENTLE_WAIT_MS : 0,
			      .progress = progress};
	vv_status rc = vv_store_gc(store, &opts, vv_keep_mark, &keep, &g->result, err);

	g->versions = keep.roots;
	return rc < 0 ? rc : vv_aside_count(&g->aside, store, &opts, err);
}

vv_status vv_gc_run_all(vv_gc_run *g, vv_repository *r, vv_error *err)
{
	vv_store *store;
	uint64_t packed;
	vv_status rc;

	const int64_t now = vv_now_sec();
	if ((!g->has_grace && (rc = vv_gc_grace(r, &g->grace_sec, err)) < 0) ||
	    (rc = vv_repository_store(r, &store, err)) < 0 ||
	    (g->gentle && (rc = nobody_writes(r, err)) < 0)) {
		return rc;
	}
	/* First, so that the store keeps no bases for expired blocks. */
	if (!g->dry_run && ((rc = vv_incoming_expire(r, g->grace_sec, err)) < 0 ||
			    (rc = vv_complete_tips_forget(r, err)) < 0)) {
		goto done;
	}
	rc = run_store(g, r, store, vv_notes_begin(vv_repository_notes(r)), now, err);
	if (rc < 0 || g->dry_run) {
		goto done;
	}
	if ((rc = sweep_caches(r, now, err)) == VV_OK &&
	    (rc = vv_git_receive_clean(r, err)) == VV_OK) {
		rc = vv_git_pack_loose(r, g->loose_max, &packed, err);
	}
done:
	if (rc != VV_ELOCKED && !g->dry_run) {
		remember_gc(r, store, rc, now);
	}
	vv_notes_end(vv_repository_notes(r));
	return rc;
}
