/*
 * folder_check: the store as a host of which all packs are verified, git's packs one by one.
 */
#include "lib/publish/folder_check.h"

#include <string.h>

#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/text.h"
#include "lib/publish/folder_state.h"
#include "lib/remotes/folder_url.h"
#include "repo/git/run_git.h"
#include "transport/places/packs/host.h"
#include "transport/places/place_kinds.h"

#define PAGES "pages"
#define SUMS_MAX ((size_t)64 << 20)
#define PACKS VV_FOLDER_GIT "/objects/pack"

void vv_folder_checked_clear(vv_folder_checked *c)
{
	vv_buf_clear(&c->damaged);
}

/* Once. */
static void put_name(vv_folder_checked *c, const char *name)
{
	const size_t len = strlen(name);

	for (const char *p = vv_buf_cstr(&c->damaged); *p; p += strcspn(p, "\n"), p += *p == '\n') {
		if (strncmp(p, name, len) == 0 && p[len] == '\n') return;
	}
	vv_buf_printf(&c->damaged, "%s\n", name);
}

/* What the last run left: packs and lists by their lengths, tables by their hashes. */
static vv_status check_held(vv_folder_checked *c, const char *dir, vv_error *err)
{
	vv_auto(vv_folder_state) s = {0};
	uint64_t versions;
	bool there;
	vv_status rc = vv_folder_count(&versions, dir, VV_FOLDER_VERSIONS, err);

	if (rc < 0) return rc;
	/* where it is lost, or is damaged, the rest is read all the same */
	if (vv_folder_state_read(&s, dir, &there, VV_IGNORED) < 0 || !there) {
		put_name(c, VV_FOLDER_MARK);
		return VV_OK;
	}
	for (size_t i = 0; i < s.held.count; i++) {
		const vv_folder_item *it = &s.held.items[i];
		if (strcmp(it->name, VV_FOLDER_VERSIONS) != 0) {
			if (!vv_folder_has(dir, it->name, it->number)) {
				put_name(c, it->name);
			}
		} else if (versions < it->number) {
			put_name(c, VV_FOLDER_VERSIONS "/*");
		}
	}
	for (size_t i = 0; i < s.files.count; i++) {
		const vv_folder_item *it = &s.files.items[i];
		/* one without a hash is of a publish before there were any: the next one writes it again */
		if (!vv_folder_has(dir, it->name, it->number) ||
		    (it->hash != 0 && !vv_folder_has_bytes(dir, it))) {
			put_name(c, it->name);
		}
	}
	return VV_OK;
}

/* "<XXH3-64> <bytes> <path>", a line for each page (cmd/web/pages/export_folder.h). */
static vv_status check_pages(vv_folder_checked *c, const char *dir, vv_error *err)
{
	vv_auto(char) *pages = vv_path_join(dir, PAGES, (char *)NULL),
		      *path = vv_path_join(dir, PAGES, VV_FOLDER_SUMS, (char *)NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT, name = VV_BUF_INIT;

	if (!pages || !path) return vv_fail_nomem(err);
	if (!vv_exists(pages)) return VV_OK;
	vv_status rc = vv_read_regular(&text, path, SUMS_MAX, err);

	if (rc == VV_ENOTFOUND) {
		put_name(c, PAGES "/" VV_FOLDER_SUMS);
	}
	if (rc < 0) return vv_missing_ok(rc, err);
	vv_auto(char) *all = vv_buf_detach(&text);
	for (char *p = all, *line; p && *p;) {
		vv_folder_item it = {.name = VV_FOLDER_SUMS};

		line = p;
		p += strcspn(p, "\n");
		if (*p) {
			*p++ = '\0';
		}
		const size_t hash = strcspn(line, " ");
		if (!line[hash] || !vv_parse_u64(&it.hash, line, hash) ||
		    !vv_folder_item_read(&it, line + hash + 1) ||
		    !vv_folder_has_bytes(pages, &it)) {
			vv_buf_reset(&name);
			vv_buf_printf(&name, PAGES "/%s", it.name);
			put_name(c, vv_buf_cstr(&name));
		}
	}
	return VV_OK;
}

static vv_status check_store(vv_folder_checked *c, vv_repository *r, const char *dir,
			     const vv_notes *notes, vv_error *err)
{
	const vv_place_facts facts = {.more = VV_HINT_STORE_ROOM, .full = VV_HINT_STORE_ROOM};
	vv_auto(vv_host) *h = NULL;
	vv_host_verifying v = {.damaged = &c->damaged};
	vv_host_options o = {
		.repo = r, .url = dir, .progress = vv_notes_begin(notes), .notes = notes};
	vv_host_change ignored;
	vv_status rc = vv_folder_place_open(&o.take_place, dir, &facts, false, err);

	if (rc < 0 || (rc = vv_host_open(&h, &o, err)) < 0) return rc;
	rc = vv_host_refresh(h, NULL, NULL, &ignored, err);
	if (rc == VV_ENOTFOUND || rc == VV_ECORRUPT) {
		put_name(c, vv_files_mark.file);
		vv_error_clear(err);
		return VV_OK;
	}
	rc = rc < 0 ? rc : vv_host_verify(h, &v, err);
	vv_notes_end(notes);
	c->blocks = v.blocks;
	return rc;
}

static vv_status check_pack(vv_folder_checked *c, vv_repository *r, const vv_folder *f,
			    vv_error *err)
{
	const char *args[] = {"verify-pack", f->path, NULL};
	const vv_git_call call = {.args = args, .env = vv_repository_env(r)};
	vv_auto(vv_buf) said = VV_BUF_INIT;
	vv_auto(char) *name = vv_path_join(PACKS, f->name, (char *)NULL);
	int code = 0;
	vv_status rc = name ? vv_git_run(&call, &said, &code, err) : vv_fail_nomem(err);

	if (rc == VV_OK && code != 0) {
		put_name(c, name);
	}
	return rc;
}

static vv_status check_history(vv_folder_checked *c, vv_repository *r, const char *dir,
			       vv_error *err)
{
	vv_auto(char) *packs = vv_path_join(dir, PACKS, (char *)NULL);
	vv_auto(vv_folder) f = {0};
	vv_status rc = packs ? vv_folder_read(&f, packs, true, err) : vv_fail_nomem(err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		rc = vv_path_ends(f.name, ".pack") ? check_pack(c, r, &f, err) : VV_OK;
	}
	return rc;
}

vv_status vv_folder_check(vv_folder_checked *out, vv_repository *r, const char *dir,
			  const vv_notes *notes, vv_error *err)
{
	vv_status rc;

	*out = (vv_folder_checked){.damaged = VV_BUF_INIT};
	if ((rc = check_store(out, r, dir, notes, err)) < 0 ||
	    (rc = check_held(out, dir, err)) < 0 || (rc = check_pages(out, dir, err)) < 0 ||
	    (rc = check_history(out, r, dir, err)) < 0) {
		return rc;
	}
	return vv_buf_ok(&out->damaged, err);
}
