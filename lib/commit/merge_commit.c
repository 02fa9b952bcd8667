/*
 * merge_commit: hooks and message as git merge has them; state and records go last.
 */
#include "lib/commit/merge_commit.h"

#include "base/file.h"
#include "base/text.h"
#include "lib/commit/finish.h"
#include "lib/commit/message.h"
#include "lib/commit/package_apply.h"
#include "lib/status/changes.h"
#include "repo/git/history/history.h"
#include "repo/git/history/refs.h"
#include "repo/git/verb/hook.h"

static vv_status create(const vv_merge_commit *c, const vv_changes *changes, vv_buf *message,
			vv_oid *id, vv_error *err)
{
	const char *texts[] = {c->message};
	vv_message_options m = {.texts = {texts, 1},
				.editor = c->editor,
				.edit = true,
				.no_verify = c->no_verify,
				.changes = changes,
				.put_changes = c->put_changes};
	vv_commit_options opts = {.parents = c->parents,
				  .parent_count = c->parent_count,
				  .keep_author = c->keep_author,
				  .reflog = c->reflog};
	vv_oid tree;
	vv_status rc;

	if ((rc = vv_message_make(message, c->repo, &m, err)) < 0 ||
	    (rc = vv_index_write_tree(c->index, &tree, err)) < 0) {
		return rc;
	}
	opts.message = message->data;
	opts.tree = &tree;
	return vv_commit_create(c->repo, &opts, id, err);
}

/* What HEAD and the index differ in, after a datapackage.json among it has had its say. */
static vv_status read_changes(const vv_merge_commit *c, vv_changes *changes, vv_error *err)
{
	vv_changes_options look = {.no_work = true, .facts = !c->quiet, .groups = c->verbose};
	char **described = NULL;
	size_t count = 0;
	vv_status rc;

	if ((rc = vv_changes_read(changes, c->repo, c->index, vv_dataset_writer_reader(c->writer),
				  &look, err)) == VV_OK &&
	    (rc = vv_describe_for_commit(c->repo, c->index, c->writer, changes, &described, &count,
					 err)) == VV_OK &&
	    count > 0) {
		vv_changes_clear(changes);
		rc = vv_changes_read(changes, c->repo, c->index,
				     vv_dataset_writer_reader(c->writer), &look, err);
	}
	vv_names_free(described, count);
	return rc;
}

vv_status vv_merge_commit_make(vv_merge_commit *c, vv_error *err)
{
	bool ran;
	vv_status rc;

	if ((c->before && !c->no_verify &&
	     (rc = vv_hook_run(c->repo, c->before, NULL, &ran, err)) < 0) ||
	    (rc = read_changes(c, &c->changes, err)) < 0 ||
	    ((rc = create(c, &c->changes, &c->message_made, &c->id, err)) < 0 &&
	     !vv_head_is(c->repo, NULL, &c->id))) {
		return rc;
	}
	c->made = true;
	vv_commit_finish(c->repo, NULL, c->noted, c->after);
	return rc;
}

void vv_merge_commit_clear(vv_merge_commit *c)
{
	vv_buf_clear(&c->message_made);
	vv_changes_clear(&c->changes);
}
