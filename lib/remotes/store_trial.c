/*
 * store_trial: tries the operations of a place in a fixed order.
 */
#include "lib/remotes/store_trial.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/holder.h"
#include "base/path.h"
#include "base/sys.h"
#include "transport/places/packs/host.h"

#define FOLDER "trial"
#define OLD_SECONDS 3600

typedef struct trying {
	vv_store_trial *out;
	const vv_place *p;
	char name[sizeof(FOLDER) + VV_TEMP_RANDOM +
		  1]; /* "trial/" and that of a temporary file, which identifies the process */
	int64_t now;  /* when it was written, by the place's clock; 0: not seen, or not known */
	bool seen;
	vv_listed *others; /* names owned */
	size_t other_count, other_cap;
} trying;

/* May it do that? A refusal is an answer. */
static vv_status note_result(trying *t, vv_status rc, const vv_error *why, bool *can, vv_error *err)
{
	*can = rc == VV_OK;
	if (rc == VV_EREFUSED || rc == VV_ENOSUPPORT || rc == VV_ENOTFOUND) {
		if (t->out->why.code == VV_OK) {
			t->out->why = *why;
		}
		return VV_OK;
	}
	if (rc < 0) {
		*err = *why;
	}
	return rc;
}

static vv_status try_reading(trying *t, vv_error *err)
{
	const char *mark = vv_files_mark.text;
	const size_t len = strlen(mark);
	vv_auto(vv_buf) whole = VV_BUF_INIT, part = VV_BUF_INIT;
	vv_error why;
	vv_status rc = vv_place_get(t->p, vv_files_mark.file, 0, len + 1, &whole, &why);

	if ((rc = note_result(t, rc, &why, &t->out->reads, err)) == VV_OK && t->out->reads) {
		rc = vv_place_get(t->p, vv_files_mark.file, 1, 4, &part, &why);
		rc = note_result(t, rc, &why, &t->out->ranges, err);
		t->out->ranges = t->out->ranges && whole.len == len && part.len == 4 &&
				 memcmp(whole.data, mark, len) == 0 &&
				 memcmp(part.data, mark + 1, 4) == 0;
	}
	return rc;
}

static vv_status on_name(void *payload, const vv_listed *e, vv_error *err)
{
	trying *t = payload;
	bool ended;

	if (strcmp(e->name, t->name + sizeof(FOLDER)) == 0) {
		t->seen = e->size == strlen(t->name);
		t->now = e->modified;
	} else if (vv_temp_name_read(e->name, &ended)) {
		char *name = vv_strdup(e->name);
		if (!vv_array_own(t->others, t->other_count, t->other_cap, name,
				  (vv_listed){.name = name, .modified = e->modified})) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

/* Trials that were killed left their files. */
static void remove_old_trials(trying *t)
{
	vv_array_each(t->others, t->other_count, e) {
		vv_auto(char) *name = vv_path_join(FOLDER, e->name, (char *)NULL);
		bool ended = false;

		(void)vv_temp_name_read(e->name, &ended);
		if (name && (ended || (e->modified && t->now - e->modified > OLD_SECONDS))) {
			(void)vv_place_remove(t->p, name, VV_IGNORED);
		}
		vv_free((char *)(uintptr_t)e->name);
	}
	vv_free(t->others);
}

static vv_status try_writing(trying *t, vv_error *err)
{
	vv_error why;
	vv_status rc = vv_place_put(t->p, t->name, t->name, strlen(t->name), &why);

	if ((rc = note_result(t, rc, &why, &t->out->writes, err)) < 0) return rc;
	if (!t->out->writes) {
		/* it may exist; a later step failed */
		(void)vv_place_remove(t->p, t->name, VV_IGNORED);
		return VV_OK;
	}
	rc = vv_place_list(t->p, FOLDER, on_name, t, &why);
	remove_old_trials(t);
	if ((rc = note_result(t, rc, &why, &t->out->lists, err)) < 0) return rc;
	t->out->lists = t->out->lists && t->seen;
	rc = vv_place_remove(t->p, t->name, &why);
	return note_result(t, rc, &why, &t->out->removes, err);
}

vv_status vv_store_try(vv_store_trial *out, const vv_place *p, vv_error *err)
{
	trying t = {.out = out, .p = p, .name = FOLDER "/"};
	const uint64_t start = vv_monotonic_ms();
	vv_auto(vv_buf) who = VV_BUF_INIT;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	vv_place_who(p, &who);
	(void)snprintf(out->who, sizeof(out->who), "%s", vv_buf_cstr(&who));
	vv_temp_name(t.name + sizeof(FOLDER));
	if ((rc = try_reading(&t, err)) == VV_OK) {
		rc = try_writing(&t, err);
	}
	out->ms = vv_monotonic_ms() - start;
	return rc;
}
