/*
 * mutex: pthread's, on the heap, so that its type stays inside base.
 */
#include "base/mutex.h"

#include <pthread.h>
#include <stddef.h>

#include "base/sys.h"

struct vv_mutex {
	pthread_mutex_t lock;
};

vv_mutex *vv_mutex_new(void)
{
	vv_mutex *m = vv_malloc(sizeof *m);

	if (m && pthread_mutex_init(&m->lock, NULL) != 0) {
		vv_free(m);
		m = NULL;
	}
	return m;
}

void vv_mutex_free(vv_mutex *m)
{
	if (m) {
		(void)pthread_mutex_destroy(&m->lock);
		vv_free(m);
	}
}

void vv_mutex_lock(vv_mutex *m)
{
	(void)pthread_mutex_lock(&m->lock);
}

void vv_mutex_unlock(vv_mutex *m)
{
	(void)pthread_mutex_unlock(&m->lock);
}
