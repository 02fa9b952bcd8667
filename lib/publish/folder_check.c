/*
 * folder_check: the store as a host of which all packs are verified, git's packs one by one.
 */
#include "lib/publish/folder_check.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/text.h"
#include "lib/publish/folder_state.h"
#include "lib/remotes/remote_folder.h"
#include "repo/git/run_git.h"
#include "transport/places/packs/host.h"
#include "transport/places/place_kinds.h"

#define PAGES "pages"
#define PACKS VV_FOLDER_GIT "/objects/pack"

void vv_folder_checked_clear(vv_folder_checked *c)
{
	vv_buf_clear(&c->damaged);
}

/* Once. */
static void put_name(vv_folder_checked *c, const char *below, const char *name)
{
	const size_t len = strlen(below);

	for (vv_line l = {.rest = vv_buf_cstr(&c->damaged)}; vv_line_next(&l);) {
		if (strncmp(l.text, below, len) == 0 && l.len == len + strlen(name) &&
		    strncmp(l.text + len, name, strlen(name)) == 0) {
			return;
		}
	}
	vv_buf_printf(&c->damaged, "%s%s\n", below, name);
}

static bool is_sound(const char *dir, const vv_folder_item *it)
{
	return it->hash != 0 ? vv_folder_has_bytes(dir, it)
			     : vv_folder_has(dir, it->name, it->number);
}

/* Was it left to a run that was killed: a table to write, or an unreferenced file to remove? */
static bool is_unsure(const vv_folder_state *s, const vv_folder_items *of, const vv_folder_item *it)
{
	return of == &s->files ? it->number == 0 : vv_folder_items_find(&s->gone, it->name) != NULL;
}

/* Checks the files of the last run, from the file `mark` in dir: tables and pages by their hashes, others by their lengths.
 * below: prefix of names in dir. */
static vv_status check_held(vv_folder_checked *c, const char *dir, const char *mark,
			    const char *below, vv_error *err)
{
	vv_auto(vv_folder_state) s = {0};
	const vv_folder_items *const lists[] = {&s.held, &s.files};
	uint64_t versions;
	bool there;
	vv_status rc = vv_folder_count(&versions, dir, VV_FOLDER_VERSIONS, err);

	if (rc < 0) return rc;
	/* where it is lost, or is damaged, the rest is read all the same */
	if (vv_folder_state_read(&s, dir, mark, &there, VV_IGNORED) < 0 || !there) {
		put_name(c, below, mark);
		return VV_OK;
	}
	for (size_t i = 0; i < 2; i++) {
		vv_array_each(lists[i]->items, lists[i]->count, it) {
			if (is_unsure(&s, lists[i], it)) {
				continue;
			}
			if (strcmp(it->name, VV_FOLDER_VERSIONS) != 0) {
				if (!is_sound(dir, it)) {
					put_name(c, below, it->name);
				}
			} else if (versions < it->number) {
				put_name(c, below, VV_FOLDER_VERSIONS "/*");
			}
		}
	}
	return VV_OK;
}

static vv_status check_pages(vv_folder_checked *c, const char *dir, vv_error *err)
{
	vv_auto(char) *pages = vv_path_join(dir, PAGES, (char *)NULL);

	if (!pages) return vv_fail_nomem(err);
	return vv_exists(pages) ? check_held(c, pages, VV_FOLDER_EXPORT, PAGES "/", err) : VV_OK;
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
		put_name(c, "", vv_files_mark.file);
		return VV_OK;
	}
	rc = rc < 0 ? rc : vv_host_verify(h, &v, err);
	vv_notes_end(notes);
	c->blocks = v.blocks;
	return rc;
}

/* Are a pack and its index files? git waits at a pipe. */
static vv_status are_files(const char *pack, bool *out, vv_error *err)
{
	vv_auto(char) *index = vv_asprintf("%.*s.idx", (int)(strlen(pack) - strlen(".pack")), pack);
	vv_auto(vv_fd) pack_fd = vv_open_regular(pack, 0, VV_IGNORED);
	vv_auto(vv_fd) index_fd = index ? vv_open_regular(index, 0, VV_IGNORED) : -1;

	*out = pack_fd >= 0 && index_fd >= 0;
	return vv_alloc_ok(index, err);
}

static vv_status check_pack(vv_folder_checked *c, vv_repository *r, const vv_folder *f,
			    vv_error *err)
{
	const char *args[] = {"verify-pack", f->path, NULL};
	const vv_git_call call = {.args = args, .env = vv_repository_env(r)};
	vv_auto(vv_buf) said = VV_BUF_INIT;
	vv_auto(char) *name = vv_path_join(PACKS, f->name, (char *)NULL);
	bool sound = false;
	int code = 0;
	vv_status rc = name ? are_files(f->path, &sound, err) : vv_fail_nomem(err);

	if (rc == VV_OK && sound) {
		rc = vv_git_run(&call, &said, &code, err);
	}
	if (rc == VV_OK && (!sound || code != 0)) {
		put_name(c, "", name);
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
	    (rc = check_held(out, dir, VV_FOLDER_MARK, "", err)) < 0 ||
	    (rc = check_pages(out, dir, err)) < 0 || (rc = check_history(out, r, dir, err)) < 0) {
		return rc;
	}
	return vv_buf_ok(&out->damaged, err);
}
