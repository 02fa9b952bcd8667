/*
 * sweeper: decides which gc gives up.
 */
#include "transport/places/packs/sweeper.h"

#include <stdio.h>
#include <string.h>

#include "base/codec.h"
#include "base/holder.h"
#include "base/sys.h"
#include "base/text.h"

#define DEAD_SECONDS 3600
#define AGAIN_MS (UINT64_C(5) * 60 * 1000)
#define GIVE_WAY_MS 3000u /* for the other, which finds this one, too, to go */
#define PAUSE_MS 100u

/* The content of a listing of the top. */
typedef struct found {
	const vv_sweeper *own;
	int64_t now; /* when the own file was written; 0: it is not there */
	bool is_first;
	size_t others;
	char name[sizeof(((vv_sweeper *)NULL)->name)]; /* of one of these, the first of all */
	int64_t modified;
} found;

static bool is_mark(const vv_listed *e)
{
	return e->size != UINT64_MAX && strncmp(e->name, "gc-", 3) == 0 &&
	       strlen(e->name) == 3 + VV_SWEEPER_HEX &&
	       vv_hex_is_lower(e->name + 3, VV_SWEEPER_HEX);
}

static vv_status on_entry(void *payload, const vv_listed *e, vv_error *err VV_UNUSED)
{
	found *f = payload;

	if (!is_mark(e)) return VV_OK;
	if (strcmp(e->name, f->own->name) == 0) {
		f->now = e->modified;
		return VV_OK;
	}
	f->others++;
	if (!*f->name || strcmp(e->name, f->name) < 0) {
		memcpy(f->name, e->name, sizeof(f->name));
		f->modified = e->modified;
	}
	return VV_OK;
}

static vv_status find_entries(const vv_sweeper *s, found *f, vv_error *err)
{
	*f = (found){.own = s};
	const vv_status rc = vv_place_list(s->place, "", on_entry, f, err);
	f->is_first = f->others == 0 || strcmp(s->name, f->name) < 0;
	return rc;
}

static vv_status write_mark(vv_sweeper *s, vv_error *err)
{
	char text[VV_HOLDER_TEXT + 24], line[VV_HOLDER_TEXT];
	const vv_holder self = vv_holder_self();

	vv_holder_text(line, &self);
	(void)snprintf(text, sizeof(text), "%s\n%u\n", line, ++s->times);
	s->told_ms = vv_monotonic_ms();
	return vv_place_put(s->place, s->name, text, strlen(text), err);
}

/* Whose is it, and does it count? */
static vv_status read_owner(const vv_sweeper *s, const found *f, vv_holder *who, bool *dead,
			    vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const vv_status rc = vv_place_get(s->place, f->name, 0, VV_HOLDER_TEXT, &text, err);

	*who = (vv_holder){.pid = 0};
	*dead = f->modified != 0 && f->now - f->modified > DEAD_SECONDS;
	if (rc < 0) { /* it may have gone */
		return vv_error_excuse(rc, rc == VV_ENOTFOUND || rc == VV_EREFUSED, err);
	}
	(void)vv_buf_cstr(&text);
	text.data[strcspn(text.data, "\n")] = '\0';
	if (vv_holder_parse(who, text.data)) {
		const vv_holder self = vv_holder_self();
		*dead = *dead || vv_holder_state_of(who, &self, f->modified) == VV_HOLDER_DEAD;
	}
	return VV_OK;
}

static vv_status refuse_sweep(const vv_sweeper *s, const found *f, const vv_holder *who,
			      vv_error *err)
{
	return vv_fail(err, VV_ELOCKED,
		       "another gc is running in '%s' (%s%s, last active at %s): nothing was "
		       "changed\nrun gc again later; an interrupted gc is ignored after an hour",
		       vv_text_url(s->url), *who->host ? "on " : "its file is ",
		       *who->host ? vv_text_shows(who->host) : f->name,
		       vv_text_time(f->modified, "%H:%M:%S UTC"));
}

/* Until it is alone. */
static vv_status wait_for_others(vv_sweeper *s, vv_error *err)
{
	const uint64_t until = vv_monotonic_ms() + GIVE_WAY_MS;
	found f;
	vv_holder who;
	bool dead;

	for (;;) {
		vv_status rc = find_entries(s, &f, err);
		if (rc < 0 || f.others == 0) {
			s->now = f.now;
			return rc;
		}
		if ((rc = read_owner(s, &f, &who, &dead, err)) < 0) return rc;
		if (dead) {
			if ((rc = vv_missing_ok(vv_place_remove(s->place, f.name, err), err)) < 0) {
				return rc;
			}
		} else if (!f.is_first || vv_monotonic_ms() > until) {
			return refuse_sweep(s, &f, &who, err);
		} else {
			vv_sleep_ms(PAUSE_MS);
		}
	}
}

vv_status vv_sweeper_begin(vv_sweeper *out, const vv_place *p, const char *url, vv_error *err)
{
	uint8_t random[VV_SWEEPER_HEX / 2];
	vv_status rc;

	*out = (vv_sweeper){.place = p, .url = url};
	memcpy(out->name, "gc-", 3);
	vv_random(random, sizeof(random));
	vv_hex_write(out->name + 3, random, sizeof(random));
	if ((rc = write_mark(out, err)) == VV_OK && (rc = wait_for_others(out, err)) == VV_OK &&
	    out->now == 0) {
		rc = vv_fail(err, VV_ENOSUPPORT, "'%s' does not report when its files were written",
			     vv_text_url(url));
	}
	if (rc < 0) {
		vv_sweeper_end(out);
	}
	return rc;
}

vv_status vv_sweeper_go_on(vv_sweeper *s, bool must, vv_error *err)
{
	found f;
	vv_status rc;

	if (!*s->name || (!must && vv_monotonic_ms() - s->told_ms < AGAIN_MS)) return VV_OK;
	if ((rc = find_entries(s, &f, err)) < 0) return rc;
	if (f.now == 0) {
		return vv_fail(err, VV_ECONFLICT,
			       "another gc of '%s' has started, so this gc stopped\nrun gc again "
			       "later",
			       vv_text_url(s->url));
	}
	return write_mark(s, err);
}

void vv_sweeper_end(vv_sweeper *s)
{
	if (*s->name) {
		(void)vv_place_remove(s->place, s->name, VV_IGNORED);
		*s->name = '\0';
	}
}
