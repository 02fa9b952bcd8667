/*
 * blocks_sources: which lines of .varveconfig and settings are sources, and in which order.
 */
#include "lib/remotes/blocks_sources.h"

#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/sys.h"

void vv_blocks_sources_clear(vv_blocks_sources *l)
{
	vv_array_clear(l->items, l->count, it, {
		vv_host_close(it->kind == VV_FROM_STORE ? it->host : NULL);
		vv_free(it->url);
	});
	memset(l, 0, sizeof(*l));
}

const char *vv_store_own(const vv_remote *m)
{
	char **own = vv_array_find(m->blocks_urls.items, m->blocks_urls.count, it,
				   vv_blocks_is_store(*it));
	return own ? *own : NULL;
}

bool vv_blocks_are_stored(const vv_remote *m, const vv_blocks_config *c)
{
	return m->blocks_urls.count > 0 ? vv_store_own(m) != NULL
					: vv_blocks_config_store(c, NULL) != NULL;
}

vv_status vv_blocks_sources_add(vv_blocks_sources *l, vv_from kind, const char *name,
				const char *url, bool trusted, vv_error *err)
{
	if (vv_array_find(l->items, l->count, it, it->kind == kind && strcmp(it->url, url) == 0)) {
		return VV_OK;
	}
	char *copy = vv_strdup(url);
	return vv_array_own(l->items, l->count, l->cap, copy,
			    (vv_blocks_source){.kind = kind,
					       .name = name,
					       .url = copy,
					       .trusted = trusted,
					       .asked = trusted})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status add_store(vv_blocks_sources *l, vv_repository *r, const char *name,
			   const char *url, vv_error *err)
{
	vv_auto(char) *whole = NULL;
	const vv_status rc = vv_store_url_absolute(&whole, r, url, err);

	return rc < 0 ? rc : vv_blocks_sources_add(l, VV_FROM_STORE, name, whole, !name, err);
}

/* Those that settings or .varveconfig name in the place of the ref. */
static vv_status add_named(vv_blocks_sources *out, vv_repository *r, const vv_remote *m,
			   const vv_blocks_config *c, bool write, vv_error *err)
{
	const char *own = vv_store_own(m);
	const vv_store_config *s = m->blocks_urls.count > 0 ? NULL
							    : vv_blocks_config_store(c, NULL);
	const vv_string_list *peers;

	if (write ? c->push_urls.count > 0 : c->urls.count == 0 && !own && !s) {
		peers = &c->push_urls;
	} else {
		peers = &c->urls;
	}
	vv_status rc = VV_OK;

	if (own) {
		rc = add_store(out, r, NULL, own, err);
	} else if (s) {
		rc = add_store(out, r, s->name, write && s->push_url ? s->push_url : s->url, err);
	}

	for (size_t i = 0; rc == VV_OK && i < m->blocks_urls.count; i++) {
		const char *url = m->blocks_urls.items[i];
		rc = vv_blocks_is_store(url)
			     ? VV_OK
			     : vv_blocks_sources_add(out, VV_FROM_PEER, NULL, url, true, err);
	}
	for (size_t i = 0; rc == VV_OK && i < peers->count; i++) {
		rc = vv_blocks_sources_add(out, VV_FROM_PEER, NULL, peers->items[i], false, err);
	}
	return rc;
}

vv_status vv_blocks_sources_list(vv_blocks_sources *out, vv_repository *r, const vv_remote *m,
				 const vv_blocks_config *c, const char *ref, bool write,
				 vv_error *err)
{
	vv_status rc = m ? add_named(out, r, m, c, write, err) : VV_OK;

	if (rc == VV_OK && (ref || out->count == 0 || out->items[0].kind == VV_FROM_PEER)) {
		rc = vv_blocks_sources_add(out, VV_FROM_REF, NULL, ref ? ref : VV_HOST_REF, true,
					   err);
	}
	return rc < 0 || !c->upstream ? rc : add_store(out, r, "upstream", c->upstream, err);
}

static vv_status add_other(vv_blocks_sources *out, vv_string_list *names, vv_repository *r,
			   const vv_store_config *s, const vv_blocks_sources *have, vv_error *err)
{
	vv_auto(char) *url = NULL;
	vv_status rc;

	if ((rc = vv_store_url_absolute(&url, r, s->url, err)) < 0 ||
	    vv_array_find(have->items, have->count, it,
			  it->kind == VV_FROM_STORE && strcmp(it->url, url) == 0) ||
	    (rc = vv_string_list_add(names, vv_strdup(s->name), err)) < 0) {
		return rc;
	}
	return vv_blocks_sources_add(out, VV_FROM_STORE, names->items[names->count - 1], url, false,
				     err);
}

vv_status vv_blocks_sources_of_others(vv_blocks_sources *out, vv_string_list *names,
				      vv_repository *r, const vv_oids *tips,
				      const vv_blocks_sources *have, vv_error *err)
{
	vv_array_each(tips->items, tips->count, tip) {
		vv_auto(vv_blocks_config) config = {.ref = NULL};
		vv_status rc = vv_blocks_config_read(&config, r, tip, err);

		if (vv_error_excuse(rc, rc == VV_EINPUT, err) < 0) return rc;
		for (size_t i = 0; i < config.store_count; i++) {
			const vv_store_config *s = &config.stores[i];

			if (s->url && (rc = add_other(out, names, r, s, have, err)) < 0) return rc;
		}
	}
	return VV_OK;
}
