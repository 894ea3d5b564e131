namespace Hermes.Delivery.Retries;

/// <summary>Something that wants to be called at a moment.</summary>
internal interface ITimed
{
    /// <summary>Its moment has come. Called on a thread of the pool; must not block and must not throw.</summary>
    void Due();
}
