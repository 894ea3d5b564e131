namespace Hermes.Testing;

/// <summary>Runs the steps of several threads in every order in which they can come, each order from a fresh state: what a lucky or unlucky
/// scheduler could do, without luck. A step is what happens in one piece, such as a call that takes a lock.</summary>
public static class Interleavings
{
    /// <param name="fresh">Makes the state that an order begins with.</param>
    /// <param name="judge">Looks at the state when all steps are done, with the order: the thread of each step.</param>
    /// <param name="threads">The steps of each thread, which keep their order.</param>
    /// <returns>How many orders there are.</returns>
    public static int Explore<TState>(Func<TState> fresh, Action<TState, string> judge, params IReadOnlyList<Action<TState>>[] threads)
    {
        ArgumentNullException.ThrowIfNull(fresh);
        ArgumentNullException.ThrowIfNull(judge);
        ArgumentNullException.ThrowIfNull(threads);
        var order = new int[threads.Sum(t => t.Count)];
        return Choose(0, new int[threads.Length]);

        int Choose(int depth, int[] done)
        {
            if (depth == order.Length)
            {
                Run();
                return 1;
            }
            var count = 0;
            for (var thread = 0; thread < threads.Length; thread++)
            {
                if (done[thread] == threads[thread].Count) continue;
                order[depth] = thread;
                done[thread]++;
                count += Choose(depth + 1, done);
                done[thread]--;
            }
            return count;
        }

        void Run()
        {
            var state = fresh();
            var next = new int[threads.Length];
            foreach (var thread in order) threads[thread][next[thread]++](state);
            judge(state, string.Join(' ', order));
        }
    }
}
