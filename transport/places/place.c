/*
 * place: functions that a kind may omit.
 */
#include "transport/places/place.h"

#include <stdio.h>

#include "base/sys.h"
#include "base/text.h"

vv_status vv_place_make(vv_place *out, const vv_place_ops *ops, void *payload, char *take_domain,
			const vv_place_facts *facts, vv_error *err)
{
	out->ops = ops;
	out->payload = payload;
	out->domain = take_domain;
	if (facts->domain) {
		vv_free(out->domain);
		out->domain = vv_strdup(facts->domain);
	}
	if (!out->domain) {
		vv_place_close(out);
		return vv_fail_nomem(err);
	}
	return VV_OK;
}

void vv_place_set_mark(vv_place *p, const vv_buf *text)
{
	(void)snprintf(p->mark, sizeof(p->mark), "%s", vv_buf_cstr(text));
}

void vv_place_close(vv_place *p)
{
	if (p->payload) {
		p->ops->close(p->payload);
		vv_free(p->domain);
		*p = (vv_place){0};
	}
}

vv_status vv_place_put(const vv_place *p, const char *name, const void *bytes, size_t len,
		       vv_error *err)
{
	return p->ops->put(p->payload, name, bytes, len, err);
}

vv_status vv_place_put_later(const vv_place *p, const char *name, const void *bytes, size_t len,
			     vv_error *err)
{
	return (p->ops->put_later ? p->ops->put_later : p->ops->put)(p->payload, name, bytes, len,
								     err);
}

vv_status vv_place_finish(const vv_place *p, vv_error *err)
{
	return p->ops->finish ? p->ops->finish(p->payload, err) : VV_OK;
}

vv_status vv_place_get(const vv_place *p, const char *name, uint64_t from, uint64_t len,
		       vv_buf *out, vv_error *err)
{
	return p->ops->get(p->payload, name, from, len, out, err);
}

vv_status vv_place_list(const vv_place *p, const char *folder, vv_listed_fn fn, void *to,
			vv_error *err)
{
	return p->ops->list(p->payload, folder, fn, to, err);
}

vv_status vv_place_remove(const vv_place *p, const char *name, vv_error *err)
{
	return p->ops->remove(p->payload, name, err);
}

vv_status vv_place_list_old(const vv_place *p, const char *folder, vv_old_object_fn fn, void *to,
			    vv_error *err)
{
	if (!p->ops->list_old) return vv_fail(err, VV_ENOSUPPORT, "no old versions");
	return p->ops->list_old(p->payload, folder, fn, to, err);
}

vv_status vv_place_remove_old(const vv_place *p, const char *name, const char *version,
			      vv_error *err)
{
	return p->ops->remove_old(p->payload, name, version, err);
}

vv_status vv_place_old_lock(const vv_place *p, const char *name, const char *version,
			    int64_t *until, vv_error *err)
{
	return p->ops->old_lock(p->payload, name, version, until, err);
}

uint64_t vv_place_moved(const vv_place *p, uint64_t instead)
{
	return p->ops->moved ? p->ops->moved(p->payload) : instead;
}

unsigned vv_place_gets(const vv_place *p)
{
	return p->ops && p->ops->gets > 0 ? p->ops->gets : 1;
}

void vv_place_who(const vv_place *p, vv_buf *out)
{
	if (p->ops->who) {
		p->ops->who(p->payload, out);
	}
}

const char *vv_place_caveat(const vv_place *p)
{
	return p->ops->caveat ? p->ops->caveat(p->payload) : NULL;
}
