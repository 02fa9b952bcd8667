/*
 * migrate_history: what the user is told of a history that was rewritten.
 */
#include "cmd/varve/setup/migrate_history.h"

#include "base/text.h"
#include "cmd/frame/output.h"
#include "lib/remotes/push_hook.h"
#include "repo/git/repository_init.h"

static void print_path(const vv_migrated_path *p, bool export)
{
	vv_out("%s: %s, %s%s", vv_text_shows(p->path),
	       vv_text_counted(p->versions, "version", "versions"), vv_text_bytes(p->bytes),
	       p->lfs && p->dvc ? " of Git LFS and DVC"
	       : p->lfs         ? " of Git LFS"
	       : p->dvc         ? " of DVC"
				: "");
	if (!export) {
		vv_out("; %s in blocks", vv_text_bytes(p->stored));
	}
	vv_out("\n");
	if (p->plain > 0) {
		vv_warn("%s kept as bytes, since rows were not found: %s",
			vv_text_counted(p->plain, "version is", "versions are"), p->reason);
	}
}

static void print_contents(const vv_migrate_result *r, const vv_migrate_options *o)
{
	vv_migrated_path all = {0};
	size_t count, taken = 0;
	const vv_migrated_path *paths = vv_migrated_paths(r->contents, &count);

	for (size_t i = 0; i < count; i++) {
		if (paths[i].versions > 0) {
			print_path(&paths[i], o->export);
			all.versions += paths[i].versions;
			all.bytes += paths[i].bytes;
			all.stored += paths[i].stored;
			taken++;
		}
	}
	vv_out("%s, %s, %s", vv_text_counted(taken, "path", "paths"),
	       vv_text_counted(all.versions, "version", "versions"), vv_text_bytes(all.bytes));
	if (!o->export) {
		vv_out("; %s in blocks", vv_text_bytes(all.stored));
	}
	vv_out(o->dry ? "; nothing was changed\n" : "\n");
}

static void print_result(const vv_migrate_result *r, const vv_migrate_options *o)
{
	if (r->folders > 0) {
		vv_warn("%s of DVC stay as they are: not all in them matches a pattern, or a list "
			"of a folder is not in .dvc/cache",
			vv_text_counted(r->folders, "file", "files"));
	}
	if (r->changed == 0) {
		vv_out(o->export ? "no version of these is a table of varve\n"
				 : "no version of these is text, or kept by Git LFS or DVC\n");
		return;
	}
	print_contents(r, o);
	vv_out("%s of %s rewritten; ", vv_text_count(r->changed),
	       vv_text_counted(r->commits, "commit", "commits"));
	vv_out("%s\n", vv_text_counted(r->refs, "branch or tag moved", "branches and tags moved"));
	if (r->unsigned_count > 0) {
		vv_out("%s dropped, as they were made of the old commits\n",
		       vv_text_counted(r->unsigned_count, "signature", "signatures"));
	}
	if (!o->dry) {
		vv_out("old and new ids: %s\n", vv_text_shows(r->map));
		vv_note("hint: others need a new clone; to replace a remote's history: "
			"varve push --force REMOTE BRANCH");
	}
}

vv_status vv_migrate_history(vv_context *c, const vv_migrate_options *opts, vv_error *err)
{
	vv_auto(vv_migrate_result) result = {0};
	vv_migrate_options o = *opts;
	vv_status rc;

	if (!o.dry && ((rc = vv_repository_set_up(c->repo, "varve", err)) < 0 ||
		       (!o.export && (rc = vv_push_hook_set(c->repo, false, err)) < 0))) {
		return rc;
	}
	o.progress = vv_progress_begin();
	rc = vv_migrate_everything(&result, &o, c->repo, err);
	vv_progress_end();
	if (rc == VV_OK) {
		print_result(&result, &o);
	}
	return rc;
}
