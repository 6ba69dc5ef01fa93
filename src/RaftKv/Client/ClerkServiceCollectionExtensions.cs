using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RaftKv.Platform;

namespace RaftKv.Client;

/// <summary>Dependency injection for a <see cref="Clerk"/>.</summary>
public static class ClerkServiceCollectionExtensions
{
    /// <summary>
    /// Adds one Clerk for the whole application, unless there is one already. The container makes it when it is first
    /// asked for, and disposes it; since that takes time, the provider must be disposed by DisposeAsync, as hosts do.
    /// </summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="platform">
    /// Gives the loop, clock and network to run on. They stay the caller's, and must outlive the Clerk.
    /// </param>
    /// <param name="options">Where the cluster is and how to reach it.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public static IServiceCollection AddRaftKvClerk(
        this IServiceCollection services, Func<IServiceProvider, NodePlatform> platform, ClerkOptions options)
    {
        options.Validate();
        services.TryAddSingleton(provider => new Clerk(platform(provider), options));
        return services;
    }
}
