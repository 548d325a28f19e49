#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/fetcher/retry.h"
#include "src/fetcher/task.h"

#define TASKS 200

static void waiting_jobs_come_by_time_then_by_turn(void **state)
{
    (void)state;
    struct tasks tasks;
    struct error err;
    struct jitter jitter = {1};
    assert_int_equal(tasks_make(&tasks, TASKS, &err), RESULT_OK);
    for (int round = 0; round < 20; round++) {
        while (tasks.idle_count > 0)
            tasks_wait(&tasks, tasks_take(&tasks), jitter_upto(&jitter, 50));
        assert_int_equal(tasks.waiting, TASKS);
        int64_t due_ms = TASK_AT_ONCE;
        uint64_t turn = 0;
        for (size_t left = TASKS; left > 0; left--) {
            assert_ptr_equal(tasks_next(&tasks), tasks.heap[0]);
            struct task *task = tasks_wake(&tasks);
            assert_int_equal(task->state, TASK_RUNNING);
            assert_true(task->due_ms >= due_ms);
            assert_true(task->due_ms > due_ms || task->turn > turn);
            due_ms = task->due_ms;
            turn = task->turn;
            tasks_give_back(&tasks, task);
        }
        assert_null(tasks_next(&tasks));
    }
    tasks_free(&tasks);
}

static void a_job_to_be_asked_at_once_goes_before_all_others(void **state)
{
    (void)state;
    struct tasks tasks;
    struct error err;
    assert_int_equal(tasks_make(&tasks, 3, &err), RESULT_OK);
    struct task *late = tasks_take(&tasks);
    struct task *first = tasks_take(&tasks);
    struct task *second = tasks_take(&tasks);
    tasks_wait(&tasks, late, 0);
    tasks_wait(&tasks, first, TASK_AT_ONCE);
    tasks_wait(&tasks, second, TASK_AT_ONCE);
    assert_ptr_equal(tasks_wake(&tasks), first);
    assert_ptr_equal(tasks_wake(&tasks), second);
    assert_ptr_equal(tasks_wake(&tasks), late);
    tasks_free(&tasks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waiting_jobs_come_by_time_then_by_turn),
        cmocka_unit_test(a_job_to_be_asked_at_once_goes_before_all_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
